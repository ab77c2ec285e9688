"""A child that the file has taken over may say anything: the host believes what can be true."""

import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import Corrupt, DocumentRejected, RenderFailed, RenderTimeout, TooManyPages
from ingest import frames
from ingest.drawing import Drawing, DrawnPage, PageTrouble
from ingest.frames import (
    MAX_HEADER_BYTES,
    MAX_WORDS_BYTES,
    BadFrame,
    Drawn,
    Opened,
    RawWord,
    Refused,
    packed,
)
from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.reading import PageRead, Reader
from ingest.sandbox import Child

SAY = "import sys, struct, json, os, time\nout = sys.stdout.buffer\n"
SAY += "def say(h, b=b''):\n h = h if isinstance(h, bytes) else json.dumps(h).encode()\n"
SAY += " out.write(struct.pack('>I', len(h)) + h + b); out.flush()\n"
SAY += "def page(number, width, height, body=b'', words=b''):\n"
SAY += " head = dict(number=number, width=width, height=height, width_pt=9, height_pt=9)\n"
SAY += " say(dict(kind='drawn', **head), struct.pack('>I', len(words)) + words + body)\n"
OPEN = SAY + "say(dict(kind='opened', format='pdf', n_pages=1))\n"
QUICK = Limits(page_timeout_s=5, document_timeout_s=20)

Save = Callable[[bytes], Path]


def drawing(path: Path, program: str, *, limits: Limits = QUICK) -> Drawing:
    return Drawing(path, limits, ("pdfium",), start=partial(Child, boot=program))


def page_of(path: Path, program: str, *, limits: Limits = QUICK) -> DrawnPage | PageTrouble:
    (page,) = drawing(path, program, limits=limits).pages(1, 1)
    return page


@pytest.mark.parametrize(
    ("n_pages", "error"),
    [(0, RenderFailed), (65_535, TooManyPages), (2**31 - 1, TooManyPages), (2**31, Corrupt)],
)
def test_a_number_of_pages_that_cannot_be_is_refused(
    save: Save, n_pages: int, error: type[DocumentRejected]
) -> None:
    program = SAY + f"say(dict(kind='opened', format='pdf', n_pages={n_pages}))"
    with pytest.raises(error):
        drawing(save(b"x"), program).probe()


@pytest.mark.parametrize(
    "words",
    [
        "page(1, 9, 9, bytes(9))",
        "page(2, 9, 9, bytes(243))",
        "page(1, 0, 9)",
        "page(1, 1, 2_000_000, bytes(6_000_000))",
        "page(1, 10**6, 10**6)",
        "page(1, 9, 9, bytes(243), b'no word')",
        f"page(1, 9, 9, bytes(243), bytes({MAX_WORDS_BYTES + 1}))",
        "say(dict(kind='opened', format='pdf', n_pages=1))",
        "say(dict(kind='refused', number=1, code='internal', message='x'))",
        "say(dict(kind='refused', number=7, code='corrupt', message='x'))",
        "say(b'{' * 99_999)",
        "say(b'[' * 4096)",
        f"out.write(struct.pack('>I', {MAX_HEADER_BYTES + 1})); out.flush()",
        "out.write(b'\\xff' * 10**6)",
        "os._exit(0)",
    ],
)
def test_a_lie_about_a_page_costs_that_page(save: Save, words: str) -> None:
    page = page_of(save(b"x"), OPEN + words)
    assert isinstance(page, PageTrouble)
    assert isinstance(page.error, RenderFailed)


def test_more_bytes_than_a_page_has_cost_the_pages_behind_it(save: Save) -> None:
    program = SAY + "say(dict(kind='opened', format='pdf', n_pages=2))\n"
    program += "page(1, 9, 9, b'\\xff' * 999); out.write(b'\\xff' * 99)"
    first, second = drawing(save(b"x"), program).pages(1, 2)
    assert isinstance(first, DrawnPage)
    assert isinstance(second, PageTrouble)


def test_a_header_without_end_is_awaited_no_longer_than_a_page(save: Save) -> None:
    program = OPEN + f"out.write(struct.pack('>I', {MAX_HEADER_BYTES}))\n"
    program += "while True: out.write(b' '); out.flush(); time.sleep(0.01)"
    page = page_of(save(b"x"), program, limits=Limits(page_timeout_s=1))
    assert isinstance(page, PageTrouble)
    assert isinstance(page.error, RenderTimeout)


def test_words_that_cannot_be_stored_reach_nobody(save: Save) -> None:
    words = packed(
        [RawWord("\0\u202eheron\n", (0.1, 0.1, 0.5, 0.5), 0), RawWord("x", (9, 9, -9, -9), 1)]
    )
    program = OPEN + f"page(1, 100, 100, bytes(30000), {words!r})"
    reader = Reader(QUICK, TesseractOcr(1), engines=("pdfium",), start=partial(Child, boot=program))
    (page,) = reader.read_pages(save(b"x"), 1, 1, language="en")
    assert isinstance(page, PageRead)
    assert "".join(word.text for word in page.words.words).encode() in (b"heron", b"")


@pytest.mark.parametrize("piece", [b"[],", b"{},", b'"",', b"1.5,", b"[[]],"])
def test_a_header_costs_a_bounded_amount_of_memory(piece: bytes) -> None:
    header = b'{"kind":"drawn","words":[' + piece * (MAX_HEADER_BYTES // len(piece) - 20)
    assert peak_of(lambda: frames.parse_header(header.rstrip(b",") + b"]}")) < 2**20


def test_words_cost_a_bounded_amount_of_memory() -> None:
    block = bytes(frames.WORD.size) * (MAX_WORDS_BYTES // frames.WORD.size)
    assert peak_of(lambda: frames.parse_words(block)) < 24 * 2**20


def peak_of(parse: Callable[[], object]) -> int:
    tracemalloc.start()
    with pytest.raises(BadFrame):
        parse()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)
NUMBERS = st.integers(-3, 2**40) | st.floats() | JSON
HEADERS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["opened", "drawn", "refused"])},
    optional={
        "format": st.sampled_from(["pdf", "png"]) | JSON,
        "n_pages": NUMBERS,
        "number": NUMBERS,
        "width": NUMBERS,
        "height": NUMBERS,
        "width_pt": NUMBERS,
        "height_pt": NUMBERS,
        "code": st.text(max_size=9) | JSON,
        "message": st.text(max_size=400) | JSON,
    },
)


@settings(max_examples=300)
@given(HEADERS)
def test_whatever_a_header_says_is_a_checked_message_or_a_bad_frame(
    fields: dict[str, object],
) -> None:
    try:
        message = frames.parse_header(json.dumps(fields).encode())
    except BadFrame:
        return
    if isinstance(message, Opened):
        assert 0 <= message.n_pages < 2**31
    elif isinstance(message, Refused):
        assert message.message.isprintable()
    else:
        assert isinstance(message, Drawn)
        assert message.width_pt > 0
