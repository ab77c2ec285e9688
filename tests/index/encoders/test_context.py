import pytest

from index.encoders.context import NOWHERE, document_context
from index.records import Box, PageWords, Word
from index.words import page_text

NO_WORDS = PageWords((), "none")


def line(number: int, text: str, *, height: float) -> list[Word]:
    top = 0.1 * number
    return [Word(word, Box(0.1, top, 0.2, top + height), number) for word in text.split()]


def page(*lines: list[Word]) -> PageWords:
    return PageWords(tuple(word for words in lines for word in words), "text_layer")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("annual-report_2024.pdf", "annual report 2024"),
        ("Bericht 2023.final.PDF", "Bericht 2023 final"),
        ("notes v1.2", "notes v1 2"),
        ("", ""),
    ],
)
def test_a_name_becomes_its_words(name: str, expected: str) -> None:
    assert page_text(document_context(name, NO_WORDS)) == expected


def test_the_title_is_what_is_written_tallest_in_reading_order() -> None:
    first = page(
        line(0, "small print above the title that goes on", height=0.01),
        line(1, "Water for", height=0.04),
        line(2, "a very long paragraph of ordinary text " * 3, height=0.01),
        line(3, "Halvern and its eight neighbouring parishes in the upper valley", height=0.05),
    )
    told = page_text(document_context("x.pdf", first))
    assert told.startswith("x Water for Halvern and its eight")
    assert "small" not in told.split()


def test_a_page_of_even_text_gives_its_first_lines() -> None:
    first = page(*(line(n, f"line {n} has six words here", height=0.02) for n in range(9)))
    assert page_text(document_context("", first)).split()[:2] == ["line", "0"]
    assert len(document_context("", first).words) == 12


def test_one_endless_line_gives_no_endless_title() -> None:
    assert len(document_context("", page(line(0, "word " * 500, height=0.02))).words) == 12


def test_context_stands_nowhere_on_the_page() -> None:
    told = document_context("report.pdf", page(line(0, "Title", height=0.02)))
    assert {word.box for word in told.words} == {NOWHERE}
