"""Scans keep their boxes where the ink goes, and lose their text."""

from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped] # ships no types
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # ships no types

from demo.pages import Source
from demo.scans import Scan, scan_of, turned_box, write_scan

SIZE = (400.0, 600.0)
BLOCK = (0.7, 0.1, 0.8, 0.15)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.pdf"
    canvas = Canvas(str(path), pagesize=SIZE, invariant=1)
    for _ in range(2):
        left, top, right, bottom = BLOCK
        width, height = (right - left) * SIZE[0], (bottom - top) * SIZE[1]
        canvas.rect(left * SIZE[0], (1 - bottom) * SIZE[1], width, height, stroke=0, fill=1)
        canvas.drawString(40, 300, "these words will be lost")
        canvas.showPage()
    canvas.save()
    return path


def _dark_box(image: Image.Image) -> list[float]:
    upper = np.asarray(image.convert("L"))[: image.height // 3]
    rows, columns = np.nonzero(upper < 100)
    return [
        columns.min() / image.width,
        rows.min() / image.height,
        (columns.max() + 1) / image.width,
        (rows.max() + 1) / image.height,
    ]


@pytest.mark.parametrize("page", [1, 2])
def test_a_turned_box_lies_where_the_scanned_ink_lies(
    clean: Path, tmp_path: Path, page: int
) -> None:
    scan = Scan("tiff", 3.0, 1, {})
    write_scan(scan, clean, tmp_path / "scan.tiff")
    with Image.open(tmp_path / "scan.tiff") as image:
        image.seek(page - 1)
        assert _dark_box(image) == pytest.approx(turned_box(scan, page, BLOCK, SIZE), abs=0.004)


def test_a_box_stays_when_the_page_is_straight() -> None:
    straight = Scan("pdf", 0.0, 1, {})
    assert turned_box(straight, 1, BLOCK, SIZE) == pytest.approx(BLOCK)


def test_odd_and_even_pages_are_turned_opposite_ways() -> None:
    scan = Scan("pdf", 2.0, 1, {})
    assert turned_box(scan, 1, BLOCK, SIZE)[1] < BLOCK[1] < turned_box(scan, 2, BLOCK, SIZE)[3]
    assert turned_box(scan, 1, BLOCK, SIZE)[1] < turned_box(scan, 2, BLOCK, SIZE)[1]


def test_a_scanned_pdf_keeps_its_pages_and_size_and_loses_its_text(
    clean: Path, tmp_path: Path
) -> None:
    write_scan(Scan("pdf", 0.5, 1, {}), clean, tmp_path / "scan.pdf")
    with pypdfium2.PdfDocument(tmp_path / "scan.pdf") as document:
        assert len(document) == 2
        assert document[0].get_size() == pytest.approx(SIZE, abs=0.5)
        assert document[0].get_textpage().get_text_range() == ""


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    clean: Path, tmp_path: Path
) -> None:
    contents = []
    for number, seed in enumerate([7, 7, 8]):
        target = tmp_path / f"{number}.pdf"
        write_scan(Scan("pdf", 0.5, seed, {}), clean, target)
        contents.append(target.read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_a_png_is_the_first_page(clean: Path, tmp_path: Path) -> None:
    write_scan(Scan("png", 0.5, 1, {}), clean, tmp_path / "scan.png")
    with Image.open(tmp_path / "scan.png") as image:
        assert image.width / image.height == pytest.approx(SIZE[0] / SIZE[1], rel=0.01)


def test_the_head_of_a_content_file_asks_for_a_scan_and_a_stamp() -> None:
    head = {"look": "typed", "scan": "pdf 0.8 29", "stamp": "2 RECEIVED 1994"}
    assert scan_of(Source("log", head, "")) == Scan("pdf", 0.8, 29, {2: "RECEIVED 1994"})


def test_a_document_without_scan_is_not_scanned() -> None:
    assert scan_of(Source("report", {"look": "report"}, "")) is None
