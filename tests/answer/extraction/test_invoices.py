"""Field F1 on drawn invoices, and whether planted errors are caught, through the real reader."""

from collections import Counter
from pathlib import Path

import pytest

from answer.answers import EvidencePage
from answer.extraction.extractor import Extractor
from answer.extraction.results import Extracted
from answer.extraction.wanted import read_schema
from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.reading import PageRead, Reader
from tests.invoices import (
    ERROR_CODES,
    SCHEMA,
    Invoice,
    Language,
    Layout,
    draw,
    make_invoice,
    plant,
    scan,
    truth,
)

N_DRAWN = 5  # of each language and layout
N_SCANNED = 3
KINDS: list[tuple[Language, Layout]] = [
    ("en", "letter"), ("en", "form"), ("de", "letter"), ("de", "form"),
]  # fmt: skip
each_kind = pytest.mark.parametrize(("language", "layout"), KINDS, ids="-".join)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Limits(), TesseractOcr(n_workers=1))


def extract(reader: Reader, content: bytes, path: Path) -> Extracted:
    path.write_bytes(content)
    read = [
        page for page in reader.read_pages(path, 1, 1, language="en") if isinstance(page, PageRead)
    ]
    pages = [EvidencePage("d", path.name, p.number, p.words, 1.0, lambda: b"") for p in read]
    return Extractor().extract(read_schema(SCHEMA), pages)


def counted(found: Extracted, invoice: Invoice) -> Counter[str]:
    """Values that are right, wrong ones, and true ones that are missing or wrong."""
    known, said = truth(invoice), {path: field.value for path, field in found.fields.items()}
    right = sum(said.get(path) == value for path, value in known.items())
    n_said = sum(value is not None for value in said.values())
    return Counter(right=right, wrong=n_said - right, missed=len(known) - right)


def f1(counts: Counter[str]) -> float:
    return 2 * counts["right"] / (2 * counts["right"] + counts["wrong"] + counts["missed"])


def told_sums(found: Extracted) -> set[str]:
    return {str(problem.code) for problem in found.problems} & set(ERROR_CODES.values())


@each_kind
def test_fields_of_drawn_invoices_are_right_and_their_sums_hold(
    reader: Reader, tmp_path: Path, language: Language, layout: Layout
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(N_DRAWN):
        invoice = make_invoice(seed, language)
        found = extract(reader, draw(invoice, layout), tmp_path / "invoice.pdf")
        counts += counted(found, invoice)
        assert told_sums(found) == set(), seed
        assert all(field.box for field in found.fields.values() if field.value is not None)
    assert f1(counts) >= 0.97, counts  # 1.0 was reached


@each_kind
def test_planted_errors_are_caught_and_named(
    reader: Reader, tmp_path: Path, language: Language, layout: Layout
) -> None:
    for seed, (error, code) in enumerate(ERROR_CODES.items()):
        invoice = plant(make_invoice(seed, language), error)
        found = extract(reader, draw(invoice, layout), tmp_path / "invoice.pdf")
        assert told_sums(found) == {code}, error


@pytest.mark.slow
@each_kind
def test_fields_of_scanned_invoices_are_mostly_right(
    reader: Reader, tmp_path: Path, language: Language, layout: Layout
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(N_SCANNED):
        invoice = make_invoice(seed, language)
        picture = scan(draw(invoice, layout), seed=seed)
        counts += counted(extract(reader, picture, tmp_path / "invoice.png"), invoice)
    assert f1(counts) >= 0.85, (
        counts
    )  # .92 to .98 were reached; the English OCR pack reads no umlauts
