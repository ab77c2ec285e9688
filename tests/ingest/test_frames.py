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
    "words": [["word", [0.1, 0.2, 0.3, 0.4], 0]],
}


def sent(message: Message) -> tuple[bytes, bytes]:
    stream = io.BytesIO()
    frames.write(stream, message)
    data = stream.getvalue()
    start = frames.LENGTH.size
    end = start + frames.header_length(data[:start])
    return data[start:end], data[end:]


@pytest.mark.parametrize(
    "message", [Opened(Format.PDF, 7), Refused(3, "corrupt", "the page is broken")]
)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    header, body = sent(message)
    assert frames.parse_header(header) == message
    assert not body


def test_a_page_arrives_with_its_words_and_its_pixels_behind_the_header() -> None:
    words = [RawWord("naïve", (0.1, 0.2, 0.3, 0.4), 5)]
    header, body = sent(Drawn(4, 2, 1, 1.0, 0.5, words, b"RGBRGB"))
    assert frames.parse_header(header) == Drawn(4, 2, 1, 1.0, 0.5, words, b"")
    assert body == b"RGBRGB"


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
        {"words": {}},
        {"words": ["word"]},
        {"words": [["word", [0.1, 0.2, 0.3], 0]]},
        {"words": [["word", [0.1, 0.2, 0.3, "0.4"], 0]]},
        {"words": [["word", [0.1, 0.2, 0.3, False], 0]]},
        {"words": [["word", [0.1, 0.2, 0.3, 0.4], -1]]},
        {"words": [[5, [0.1, 0.2, 0.3, 0.4], 0]]},
        {"words": [["w" * 1000, [0.1, 0.2, 0.3, 0.4], 0]]},
        {"words": [["w", [0.1, 0.2, 0.3, 0.4], 0]] * (frames.MAX_WORDS + 1)},
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


def test_a_header_longer_than_any_honest_one_is_refused() -> None:
    with pytest.raises(BadFrame):
        frames.header_length(frames.LENGTH.pack(frames.MAX_HEADER_BYTES + 1))


def test_a_message_for_people_loses_its_control_characters() -> None:
    header, _ = sent(Refused(0, "corrupt", "bad\x1b[31m file\n"))
    assert frames.parse_header(header) == Refused(0, "corrupt", "bad[31m file")
