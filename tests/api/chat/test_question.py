import pytest

from api.chat.bodies import ChatMessage
from api.chat.question import asked
from index.errors import InvalidRequest


def said(*turns: object) -> list[ChatMessage]:
    """Turns of a user, with an assistant's reply between them."""
    messages = []
    for turn in turns:
        messages += [{"role": "user", "content": turn}, {"role": "assistant", "content": "Herons."}]
    return [ChatMessage.model_validate(message) for message in messages[:-1]]


@pytest.mark.parametrize(
    ("turns", "question"),
    [
        (["How tall is the dam?"], "How tall is the dam?"),
        (["  How tall is the dam?\n"], "How tall is the dam?"),
        (["Why?"], "Why?"),
        (["How tall is the dam?", "Where do herons nest?"], "Where do herons nest?"),
        (["How tall is the dam?", "And how old is it?"], "How tall is the dam? And how old is it?"),
        (["How tall is the dam?", "How old?", "Why?"], "How tall is the dam? Why?"),
        (["大坝有多高?", "苍鹭在哪里筑巢?"], "苍鹭在哪里筑巢?"),
    ],
)
def test_a_question_with_too_few_words_of_its_own_goes_on_with_an_earlier_one(
    turns: list[str], question: str
) -> None:
    assert asked(said(*turns)) == question


def test_a_question_may_come_in_pieces_of_text() -> None:
    pieces = [{"type": "text", "text": "How tall"}, {"type": "text", "text": "is the dam?"}]

    assert asked(said(pieces)) == "How tall is the dam?"


def test_instructions_and_replies_are_no_question() -> None:
    messages = [
        ChatMessage(role="system", content="Answer in verse about the tall dam."),
        *said("And the herons?"),
    ]

    assert asked(messages) == "And the herons?"


def test_a_picture_is_no_question() -> None:
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}]

    with pytest.raises(InvalidRequest, match="got image_url"):
        asked(said(picture))


def test_a_conversation_without_a_user_asks_nothing() -> None:
    with pytest.raises(InvalidRequest, match="role `user`"):
        asked([ChatMessage(role="system", content="Be brief.")])
