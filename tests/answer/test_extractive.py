from collections.abc import Callable

import pytest

from answer.answers import EXTRACTIVE, NOT_FOUND, EvidencePage, Usage
from answer.extractive import ExtractiveAnswerer
from index.errors import InvalidRequest
from index.records import Box, PageWords, Word

MakePage = Callable[..., EvidencePage]
BRIDGE = (
    "The stone bridge of Aldham was opened in 1931 by Mayor Ann Hill.",
    "It has seven arches and is 120 metres long.",
    "Fishing from the bridge is not allowed in spring.",
)
CODES = (
    "Code     Meaning                    Lock      Remedy",
    "E02      Outdoor sensor open        no        Plug it in",
    "E31      Defrost failed thrice      yes       Thaw it",
)
TABLE = (
    "Visitors and income of the museum",
    "",
    "                    2015        2016",
    "Visitors          12,400      13,900",
    "Ticket income     81,000      95,500",
)


def test_the_sentence_that_answers_is_the_text_and_its_answering_words_the_quote(
    make_page: MakePage,
) -> None:
    answer = ExtractiveAnswerer().answer("How many arches has the bridge?", [make_page(*BRIDGE)])

    assert answer.text.splitlines()[0] == "It has seven arches and is 120 metres long."
    assert answer.citations[0].quote == "seven arches"
    assert answer.grounded
    assert not answer.refused
    assert (answer.model, answer.usage) == (EXTRACTIVE, Usage())


def test_a_citation_says_document_page_and_box(make_page: MakePage) -> None:
    page = make_page(*BRIDGE, name="aldham.pdf", page=7)

    citation = ExtractiveAnswerer().answer("How many arches has the bridge?", [page]).citations[0]

    assert (citation.document, citation.name, citation.page) == ("id-aldham.pdf", "aldham.pdf", 7)
    assert citation.box.left == pytest.approx(0.17)
    assert citation.box.top == pytest.approx(0.114)
    assert citation.box.right == pytest.approx(0.29)
    assert citation.box.bottom == pytest.approx(0.124)


def test_a_table_line_answers_with_its_column_header(make_page: MakePage) -> None:
    answer = ExtractiveAnswerer().answer("What was the ticket income in 2016?", [make_page(*TABLE)])

    assert answer.text == "Ticket income: 2015 81,000, 2016 95,500"
    assert answer.citations[0].quote == "95,500"


def test_the_page_that_knows_wins_over_the_page_that_ranks_first(make_page: MakePage) -> None:
    other = make_page("Roads and rivers of the county are shown here.", page=1, relevance=1.0)
    page = make_page(*BRIDGE, page=2, relevance=0.5)

    answer = ExtractiveAnswerer().answer("Who opened the bridge of Aldham?", [other, page])

    assert answer.citations[0].page == 2
    assert "Ann Hill" in answer.text


def test_a_title_that_repeats_the_question_is_not_the_answer(make_page: MakePage) -> None:
    answer = ExtractiveAnswerer().answer(
        "How many visitors of the museum came?",
        [make_page("Visitors of the museum", "", *TABLE[2:])],
    )

    assert "13,900" in answer.text


def test_no_pages_and_empty_pages_are_refused(make_page: MakePage) -> None:
    for pages in ([], [make_page("")]):
        answer = ExtractiveAnswerer().answer("How many arches?", pages)

        assert answer.refused
        assert answer.text == NOT_FOUND
        assert answer.citations == ()
        assert not answer.grounded


def test_an_empty_question_is_invalid(make_page: MakePage) -> None:
    with pytest.raises(InvalidRequest):
        ExtractiveAnswerer().answer("  ", [make_page(*BRIDGE)])


def test_the_same_question_twice_gets_the_same_answer(make_page: MakePage) -> None:
    pages = [make_page(*BRIDGE), make_page(*TABLE)]
    answerer = ExtractiveAnswerer()

    first, second = (answerer.answer("How long is the bridge?", pages) for _ in range(2))

    assert first == second


def test_relevance_outside_its_range_is_refused_where_it_is_made(make_page: MakePage) -> None:
    with pytest.raises(ValueError, match="relevance"):
        make_page(*BRIDGE, relevance=1.5)
    with pytest.raises(ValueError, match="pages count from 1"):
        make_page(*BRIDGE, page=0)


def test_the_same_words_on_two_pages_are_quoted_once(make_page: MakePage) -> None:
    pages = [make_page(*BRIDGE, page=1), make_page(*BRIDGE, page=2)]

    answer = ExtractiveAnswerer().answer("How many arches has the bridge?", pages)

    assert len({c.quote for c in answer.citations}) == len(answer.citations)


def test_a_question_for_a_list_gets_more_than_one_passage(make_page: MakePage) -> None:
    page = make_page(
        "The bridge of Aldham was built of stone in 1931.",
        "The bridge of Borley was built of oak in 1940.",
        "Rain is to be expected on most days of spring.",
    )

    answer = ExtractiveAnswerer().answer("Which bridges are there?", [page])

    assert [c.quote.split()[3] for c in answer.citations] == ["Aldham", "Borley"]


def test_what_a_chart_says_is_cited_with_the_whole_chart() -> None:
    spots = [("12", 0.3, 0.3), ("25", 0.5, 0.2), ("8", 0.7, 0.4), ("Aldham", 0.3, 0.5)]
    spots += [("Borley", 0.5, 0.5), ("Clare", 0.7, 0.5), ("0", 0.1, 0.5)]
    words = [
        Word(text, Box(x, y, x + 0.012 * len(text), y + 0.012), n)
        for n, (text, x, y) in enumerate(spots)
    ]
    page = EvidencePage("id", "a.pdf", 1, PageWords(tuple(words), "ocr"), 1.0, lambda: b"")

    answer = ExtractiveAnswerer().answer("How many visitors had Borley?", [page])

    assert answer.text.splitlines()[0] == "Borley 25"
    assert answer.citations[0].box == pytest.approx((0.1, 0.2, 0.76, 0.512))


def test_a_line_of_a_table_of_words_is_told_with_its_titles_and_without_the_header(
    make_page: MakePage,
) -> None:
    answer = ExtractiveAnswerer().answer("What does code E31 mean?", [make_page(*CODES)])

    assert answer.text == "Code: E31; Meaning: Defrost failed thrice; Lock: yes; Remedy: Thaw it"
    assert [citation.quote for citation in answer.citations] == ["Defrost failed thrice"]


def test_a_header_that_fits_nearly_as_well_as_its_lines_is_no_quote(make_page: MakePage) -> None:
    answer = ExtractiveAnswerer().answer("Which codes have which meaning?", [make_page(*CODES)])

    assert [line[:9] for line in answer.text.splitlines()] == ["Code: E02", "Code: E31"]


def test_where_a_page_holds_nothing_but_a_header_it_is_quoted(make_page: MakePage) -> None:
    page = make_page("2015      2016")

    assert ExtractiveAnswerer().answer("Which year came before 2016?", [page]).text == "2015 2016"
