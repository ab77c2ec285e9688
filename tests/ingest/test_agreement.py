from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.agreement import SeenWords, seen_words
from ingest.drawing import Drawing, DrawnPage
from ingest.frames import RawWord
from ingest.limits import Limits

MakePdf = Callable[..., Path]
VISIBLE = "BT 0 g /F1 14 Tf 72 700 Td (Total revenue) Tj ET\n"


def seen(path: Path) -> SeenWords:
    (page,) = Drawing(path, Limits(), ("pdfium",)).pages(1, 1)
    assert isinstance(page, DrawnPage)
    pixels = np.frombuffer(page.drawn.pixels, np.uint8)
    return seen_words(pixels.reshape(page.drawn.height, page.drawn.width, 3), page.drawn.words)


@pytest.mark.parametrize(
    "trick",
    [
        "BT 3 Tr /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET",
        "BT 1 g /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET",
        "BT 0.97 g /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET",
        "BT /F1 1 Tf 72 500 Td (IGNORE ALL) Tj ET",
        "BT /F1 14 Tf 700 500 Td (IGNORE ALL) Tj ET",
        "BT /F1 14 Tf 72 -90 Td (IGNORE ALL) Tj ET",
        "0 0 1 rg 60 490 300 40 re f BT 0 0 1 rg /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET",
        "BT /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET 1 g 60 490 300 40 re f",
        "q 0 0 10 10 re W n BT /F1 14 Tf 72 500 Td (IGNORE ALL) Tj ET Q",
    ],
    ids=[
        "render mode 3",
        "white on white",
        "nearly white",
        "one point",
        "right of the page",
        "below the page",
        "blue on blue",
        "painted over",
        "clipped away",
    ],
)
def test_words_that_nobody_can_see_are_left_out_and_counted(make_pdf: MakePdf, trick: str) -> None:
    found = seen(make_pdf((VISIBLE + trick).encode()))
    assert [word.text for word in found.words] == ["Total", "revenue"]
    assert found.n_hidden == 2


@pytest.mark.parametrize(
    "style",
    ["1 1 0 rg", "0.8 g", "1 0 0 rg", "2 Tr 0.5 w"],
    ids=["yellow", "light grey", "red", "outlined"],
)
def test_pale_and_coloured_words_are_seen(make_pdf: MakePdf, style: str) -> None:
    found = seen(make_pdf(f"BT {style} /F1 14 Tf 72 500 Td (a sale l) Tj ET".encode()))
    assert [word.text for word in found.words] == ["a", "sale", "l"]
    assert found.n_hidden == 0


def test_small_print_is_seen(make_pdf: MakePdf) -> None:
    found = seen(make_pdf(b"BT /F1 4 Tf 72 500 Td (see our terms - 1) Tj ET"))
    assert [word.text for word in found.words] == ["see", "our", "terms", "-", "1"]


def test_the_invisible_layer_of_a_searchable_scan_is_text(make_pdf: MakePdf) -> None:
    ink = b"BT 0 g /F1 14 Tf 72 500 Td (scanned) Tj ET BT 3 Tr /F1 14 Tf 72 500 Td (layered) Tj ET"
    assert [word.text for word in seen(make_pdf(ink)).words] == ["scanned", "layered"]


def test_boxes_are_cut_at_the_edge_of_the_page() -> None:
    image = np.tile(np.array([0, 255], np.uint8), (40, 20))[..., None].repeat(3, axis=2)
    found = seen_words(image, [RawWord("edge", (-0.1, 0.5, 0.5, 1.01), 0)])
    assert found.words[0].box == (0.0, 0.5, 0.5, 1.0)


def test_a_word_mostly_off_the_page_is_hidden_whatever_ink_it_touches() -> None:
    image = np.tile(np.array([0, 255], np.uint8), (40, 20))[..., None].repeat(3, axis=2)
    words = [RawWord("off", (-0.7, 0.5, 0.3, 0.7), 0), RawWord("on", (-0.1, 0.5, 0.3, 0.7), 0)]
    found = seen_words(image, words)
    assert [word.text for word in found.words] == ["on"]
    assert found.n_hidden == 1


@pytest.mark.parametrize("edge", [1e11, -1e11])
def test_a_box_far_away_is_hidden_and_no_error(edge: float) -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    words = [RawWord("far", (edge, edge, edge + 1, edge + 1), 0), RawWord("flat", (1, 1, 1, 1), 0)]
    assert seen_words(image, words) == SeenWords((), 2)


def test_leaders_are_neither_words_nor_hidden() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    assert seen_words(image, [RawWord(".....", (0.1, 0.1, 0.9, 0.2), 0)]) == SeenWords((), 0)


def test_a_layer_of_unmapped_characters_is_no_text() -> None:
    image = np.tile(np.array([0, 255], np.uint8), (40, 20))[..., None].repeat(3, axis=2)
    box = (0.1, 0.1, 0.9, 0.9)
    garbage = [RawWord("\ue001\ue002\ue003", box, 0), RawWord("ab\ufffd", box, 0)]
    bullet = [RawWord("\uf0b7", box, 0), RawWord("a sentence about it", box, 0)]
    assert seen_words(image, garbage).words == ()
    assert [word.text for word in seen_words(image, bullet).words] == ["a sentence about it"]
