import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # it has none

from ingest.drawing import Drawing, DrawnPage
from ingest.frames import Drawn
from ingest.limits import Limits
from ingest.text_layer import Char, in_logical_order, split_words

MakePdf = Callable[..., Path]
CROPPED = b"/CropBox [100 200 500 700]"


def drawn(path: Path) -> Drawn:
    (page,) = Drawing(path, Limits(), ("pdfium",)).pages(1, 1)
    assert isinstance(page, DrawnPage)
    return page.drawn


def texts(content: str, make_pdf: MakePdf) -> list[list[str]]:
    lines: dict[int, list[str]] = {}
    for word in drawn(make_pdf(content.encode("latin-1"))).words:
        lines.setdefault(word.line, []).append(word.text)
    assert list(lines) == list(range(len(lines)))
    return list(lines.values())


UPRIGHT = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}


@pytest.mark.parametrize("rotation", UPRIGHT)
def test_a_page_stored_sideways_reads_as_it_is_displayed(make_pdf: MakePdf, rotation: int) -> None:
    lines = "(till still) Tj 0 -20 Td (second) Tj 0 -20 Td (ill and last) Tj"
    content = f"BT /F1 14 Tf {UPRIGHT[rotation]} 300 400 Tm {lines} ET"
    page = drawn(make_pdf(content.encode(), page=b"/Rotate %d" % rotation))
    assert [(word.text, word.line) for word in page.words] == [
        ("till", 0),
        ("still", 0),
        ("second", 1),
        ("ill", 2),
        ("and", 2),
        ("last", 2),
    ]
    tops = [word.box[1] for word in page.words]
    assert tops == sorted(tops, key=lambda top: round(top, 2))


@pytest.mark.parametrize("rotation", UPRIGHT)
@pytest.mark.parametrize("crop", [b"", CROPPED, b"/CropBox [-50 -50 9000 9000]"])
@pytest.mark.parametrize("box", ["0 0 612 792", "-306 -100 306 692"])
def test_boxes_lie_on_the_ink_of_rotated_and_cropped_pages(
    make_pdf: MakePdf, rotation: int, crop: bytes, box: str
) -> None:
    content = b"BT /F1 30 Tf 150 400 Td (inkwell) Tj 0 -150 Td (HI) Tj ET"
    page = drawn(make_pdf(content, box=box, page=crop + b" /Rotate %d" % rotation))
    image = np.frombuffer(page.pixels, np.uint8).reshape(page.height, page.width, 3)
    is_inked = image.min(axis=2) < 128
    assert {word.text for word in page.words} == {"inkwell", "HI"}
    for word in page.words:
        left, top, right, bottom = word.box
        columns = slice(round(left * page.width) - 2, round(right * page.width) + 3)
        rows = slice(round(top * page.height) - 2, round(bottom * page.height) + 3)
        inside = is_inked[rows, columns]
        for edge in (inside[:6], inside[-6:], inside[:, :6], inside[:, -6:]):
            assert edge.any()
        is_inked[rows, columns] = False
    assert not is_inked.any()


def test_words_end_at_blanks_and_lines_at_line_ends(make_pdf: MakePdf) -> None:
    content = "BT /F1 12 Tf 72 700 Td (two words) Tj 0 -20 Td (next  line) Tj ET"
    assert texts(content, make_pdf) == [["two", "words"], ["next", "line"]]


def test_far_parts_of_one_line_are_words_of_their_own(make_pdf: MakePdf) -> None:
    content = "BT /F1 12 Tf 72 700 Td (left) Tj 300 0 Td (right) Tj ET"
    assert [text for line in texts(content, make_pdf) for text in line] == ["left", "right"]


def test_a_word_keeps_the_hyphen_at_which_its_line_ends(make_pdf: MakePdf) -> None:
    content = "BT /F1 12 Tf 72 700 Td (an exam-) Tj 0 -14 Td (ple of it) Tj ET"
    assert texts(content, make_pdf) == [["an", "exam-"], ["ple", "of", "it"]]


def test_invisible_and_white_words_are_still_in_the_layer(make_pdf: MakePdf) -> None:
    content = "BT /F1 12 Tf 72 700 Td 3 Tr (ghost) Tj 0 Tr 1 g 0 -40 Td (snow) Tj ET"
    assert [text for line in texts(content, make_pdf) for text in line] == ["ghost", "snow"]


def test_a_page_without_text_has_no_words(make_pdf: MakePdf) -> None:
    assert texts("0 0 100 100 re f", make_pdf) == []


def test_form_fields_are_drawn_with_what_was_filled_in(save: Callable[[bytes], Path]) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.acroForm.textfield(value="FILLED", x=100, y=600, width=300, height=60, fontSize=40)
    canvas.drawString(72, 72, "A form")
    canvas.save()
    page = drawn(save(out.getvalue()))
    image = np.frombuffer(page.pixels, np.uint8).reshape(page.height, page.width, 3)
    field = image[400:450, 230:450]
    assert int(field.max()) - int(field.min()) > 100


def chars(text: str) -> list[Char]:
    return [Char(char, 10 * i, 0, 10 * i + 8, 10) for i, char in enumerate(text)]


def test_a_word_without_end_is_cut() -> None:
    found = [len(word) for _, word in split_words(chars("x" * 300))]
    assert found == [128, 128, 44]


def test_the_mark_of_a_broken_word_is_a_hyphen_that_ends_its_line() -> None:
    found = [(line, "".join(c.text for c in word)) for line, word in split_words(chars("ex\x02am"))]
    assert found == [(0, "ex-"), (1, "am")]


def test_a_lam_alef_ligature_is_read_in_the_order_of_the_language() -> None:
    alef, lam, noon = "\u0627", "\u0644", "\u0646"
    ligature = [Char(alef, 10, 0, 18, 10), Char(lam, 10, 0, 18, 10)]
    assert [c.text for c in in_logical_order([*chars(noon), *ligature])] == [noon, lam, alef]
    assert [c.text for c in in_logical_order(chars(alef + lam))] == [alef, lam]
