import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.answers import Usage
from answer.model.completion import BadReply, CompletionReader
from tests.scripted_model import chunk, streamed, whole

EVENTS = b"".join(streamed("It was opened in 1931: \u00e9\u00e8.").pieces)


def read(body: bytes) -> tuple[str, Usage]:
    reader = CompletionReader()
    reader.feed(body)
    found = reader.finish()
    return found.text, found.usage


@given(st.integers(1, 200))
def test_a_streamed_reply_is_the_same_however_its_bytes_are_cut(size: int) -> None:
    reader = CompletionReader()

    told = [
        text
        for start in range(0, len(EVENTS), size)
        for text in reader.feed(EVENTS[start : start + size])
    ]

    found = reader.finish()
    assert "".join(told) == found.text == "It was opened in 1931: \u00e9\u00e8."
    assert found.usage == Usage(900, 30)


def test_a_reply_in_one_body_is_read_too() -> None:
    assert read(whole("Seven.").pieces[0]) == ("Seven.", Usage(900, 30))
    pretty = json.dumps(json.loads(whole("Seven.").pieces[0]), indent=2).encode()
    assert read(pretty) == ("Seven.", Usage(900, 30))


def test_comments_other_fields_and_line_ends_of_windows_are_passed_over() -> None:
    body = b": ping\r\nevent: chunk\r\n" + chunk("Seven.").replace(b"\n", b"\r\n")

    assert read(body + b"data: [DONE]\r\n\r\n") == ("Seven.", Usage())


def test_a_reason_for_the_end_ends_a_stream_without_its_mark() -> None:
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}

    assert read(chunk("Sev") + b"data: " + json.dumps(last).encode()) == ("Sev", Usage())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"[]",
        b"null",
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [{}]}',
        b"\xff\xfe",
        b"data: garbage\n\n",
        b'data: {"choices": 5}\n\n',
        b'data: {"error": {"message": "out of memory"}}\n\n',
        chunk("Sev"),
    ],
)
def test_what_is_no_completion_or_breaks_off_is_refused(body: bytes) -> None:
    with pytest.raises(BadReply):
        read(body)


def test_a_body_that_is_too_long_is_refused_while_it_comes() -> None:
    reader = CompletionReader(max_bytes=1000)
    reader.feed(b"x" * 600)

    with pytest.raises(BadReply, match="more than 1000 bytes"):
        reader.feed(b"x" * 600)
