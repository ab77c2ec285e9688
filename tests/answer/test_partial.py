import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.answers import Token
from answer.partial import PartialReply
from tests.scripted_model import reply

TEXTS = ["In 1931.", 'It was called "the\nold" bridge: {}.', "\u00c9t\u00e9 \U0001f426."]
REPLY = reply(*((text, [("P1", "a quote")]) for text in TEXTS))


@given(st.integers(1, 40))
def test_each_sentence_is_told_once_and_in_order_however_the_reply_is_cut(size: int) -> None:
    partial = PartialReply()

    pieces = [REPLY[start : start + size] for start in range(0, len(REPLY), size)]
    told = [token for piece in pieces for token in partial.feed(piece)]

    assert told == [Token(place, text) for place, text in enumerate(TEXTS)]


def test_a_sentence_is_told_as_soon_as_its_text_is_whole() -> None:
    partial = PartialReply()

    assert partial.feed('{"answerable": true, "sentences": [{"text": "In 19') == []
    assert partial.feed('31."') == [Token(0, "In 1931.")]
    assert partial.feed(', "quotes": [{"page_label": "P1", "quote": "x"}]}, {"text": "') == []


@pytest.mark.parametrize("before", ["```json\n", "Here you are: ", "<think>{...}</think>\n"])
def test_a_reply_is_found_in_fences_and_after_prose_and_thoughts(before: str) -> None:
    assert [token.text for token in PartialReply().feed(before + REPLY)] == TEXTS


@pytest.mark.parametrize(
    "text",
    [
        reply(("The pages do not say.", []), answerable=False),
        '{"sentences": [{"text": "not yet known whether"}',
        '<think>{"answerable": true, "sentences": [{"text": "I wonder"}]}',
        '"In 1931."',
        json.dumps([TEXTS]),
        '{"answerable": true, "sentences": {"text": "x"}}',
        '{"answerable": true, "sentences": [{"text": 1931}, "x"]}',
        '{"answerable": true, sentences: "x"',
    ],
)
def test_nothing_is_told_of_what_is_no_answer(text: str) -> None:
    assert PartialReply().feed(text) == []
