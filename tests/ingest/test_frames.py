import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import frames
from ingest.formats import Format
from ingest.frames import BadFrame, Drawn, Message, Opened, RawWord, Refused

GOOD_PAGE = {
    "kind": "drawn",
    "number": 1,
    "width": 2,
    "height": 1,
    "width_pt": 1.0,
    "height_pt": 0.5,
}
WORD = RawWord("naïve", (0.1, 0.2, 0.3, 0.4), 5)


def sent(message: Message) -> tuple[bytes, bytes]:
    stream = io.BytesIO()
    frames.write(stream, message)
    data = stream.getvalue()
    start = frames.LENGTH.size
    end = start + frames.checked_length(data[:start], frames.MAX_HEADER_BYTES)
    return data[start:end], data[end:]


@pytest.mark.parametrize(
    "message", [Opened(Format.PDF, 7), Refused(3, "corrupt", "the page is broken")]
)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    header, body = sent(message)
    assert frames.parse_header(header) == message
    assert not body


def test_a_page_arrives_with_its_words_and_its_pixels_behind_the_header() -> None:
    header, body = sent(Drawn(4, 2, 1, 1.0, 0.5, [WORD, WORD], b"RGBRGB"))
    assert frames.parse_header(header) == Drawn(4, 2, 1, 1.0, 0.5, [], b"")
    words, pixels = body[frames.LENGTH.size : -6], body[-6:]
    assert frames.checked_length(body[: frames.LENGTH.size], 10**6) == len(words)
    assert frames.parse_words(words) == [WORD, WORD]
    assert pixels == b"RGBRGB"


def test_no_more_words_are_sent_than_are_taken() -> None:
    long = RawWord("w" * 500, WORD.box, 0)
    block = frames.packed([long] * 20_000)
    assert 0 < len(block) <= frames.MAX_WORDS_BYTES
    assert set(frames.parse_words(block)) == {long}


def test_a_good_header_is_taken() -> None:
    assert isinstance(frames.parse_header(json.dumps(GOOD_PAGE).encode()), Drawn)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "shutdown"},
        {"kind": ["drawn"]},
        {"number": True},
        {"number": -1},
        {"width": 1.5},
        {"width": 2**40},
        {"height": None},
        {"width_pt": 0},
        {"width_pt": "1"},
        {"height_pt": 1e300},
    ],
)
def test_a_header_with_a_wrong_field_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        frames.parse_header(json.dumps(GOOD_PAGE | change).encode())


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_are_none_are_refused(value: str) -> None:
    header = json.dumps(GOOD_PAGE).replace("0.5", value, 1)
    with pytest.raises(BadFrame):
        frames.parse_header(header.encode())


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b"5", b"[" * 100_000, b"\xff\xfe{}"])
def test_what_is_no_json_object_is_refused(header: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.parse_header(header)


@given(st.binary(max_size=200))
def test_random_bytes_never_do_anything_else(header: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.parse_header(header)


@pytest.mark.parametrize(
    "block",
    [
        frames.packed([WORD])[:-1],
        frames.packed([WORD])[:9],
        frames.packed([WORD]) + b"x",
        frames.packed([RawWord("w" * 1000, WORD.box, 0)]),
        frames.packed([RawWord("w", (float("nan"), 0, 1, 1), 0)]),
        frames.packed([RawWord("w", (0, 0, 1e300, 1), 0)]),
        frames.packed([RawWord("w", WORD.box, frames.MAX_WORDS + 1)]),
        frames.packed([RawWord("", WORD.box, 0)] * (frames.MAX_WORDS + 1)),
        frames.packed([WORD]).replace("ï".encode(), b"\xff\xff"),
    ],
)
def test_words_that_are_out_of_bounds_are_refused(block: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.parse_words(block)


@given(st.binary(max_size=200))
def test_random_records_are_words_or_refused(block: bytes) -> None:
    try:
        words = frames.parse_words(block)
    except BadFrame:
        return
    assert frames.packed(words) == block


def test_a_header_longer_than_any_honest_one_is_refused() -> None:
    with pytest.raises(BadFrame):
        frames.checked_length(frames.LENGTH.pack(5001), 5000)


def test_a_message_for_people_loses_its_control_characters() -> None:
    header, _ = sent(Refused(0, "corrupt", "bad\x1b[31m file\n"))
    assert frames.parse_header(header) == Refused(0, "corrupt", "bad[31m file")
