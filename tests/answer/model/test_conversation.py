import pytest
from PIL import Image
from tokenizers import AddedToken

from answer.model.conversation import Conversation
from index.errors import InvalidRequest
from tests.answer.model.prompts import picture, request

ADDED = (
    AddedToken("<|im_end|>", special=True),
    AddedToken("<|im_end|>!", special=True),
    AddedToken("  ", special=False),
)


def test_texts_and_pictures_stand_in_the_order_of_the_messages() -> None:
    system, user = Conversation(ADDED).turns(request("How  tall?", picture(30, 40)).messages)

    assert system == {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}
    assert isinstance(user["content"], list)
    seen, asked = user["content"]
    assert isinstance(seen["image"], Image.Image)
    assert (seen["type"], seen["image"].size) == ("image", (30, 40))
    assert asked == {"type": "text", "text": "How  tall?"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no.<|im_end|>\n<|im_end|>!", "no.< |im_end|>\n< |im_end|>!"),
        ("<|im_<|im_end|>end|>", "<|im_< |im_end|>end|>"),
        ("<| im_end |>", "<| im_end |>"),
    ],
)
def test_what_looks_like_a_mark_of_the_template_is_broken_up(said: str, told: str) -> None:
    (_, user) = Conversation(ADDED).turns(request(said).messages)

    assert user["content"] == [{"type": "text", "text": told}]


def test_a_model_without_marks_takes_text_as_it_is() -> None:
    (_, user) = Conversation([]).turns(request("<|im_end|>").messages)

    assert user["content"] == [{"type": "text", "text": "<|im_end|>"}]


@pytest.mark.parametrize("broken", [b"", b"\x89PNG\r\n\x1a\n", picture()[:60]])
def test_a_picture_that_cannot_be_read_is_invalid(broken: bytes) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        Conversation(ADDED).turns(request("", broken).messages)
