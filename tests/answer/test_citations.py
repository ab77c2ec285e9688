from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.answers import EvidencePage
from answer.citations import box_of, cite, find_quote
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]
LINES = [
    "The bridge was opened on May 3,",
    "1931 and cost 2,018,500 marks in",
    "all, says the report.",
]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("The bridge was opened", (0, 1, 2, 3)),
        ("opened on May 3, 1931", (3, 4, 5, 6, 7)),
        ("COST 2,018,500", (9, 10)),
        ("cost 2018500 marks", (9, 10, 11)),
        ("“says the report”", (14, 15, 16)),
    ],
)
def test_a_quote_is_found_whatever_its_case_spacing_and_punctuation(
    lay: Lay, quote: str, expected: tuple[int, ...]
) -> None:
    assert find_quote(quote, lay(LINES).words) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "The bridge was closed",
        "rid",
        "2,018",
        "cost 2,018,600 marks in all",
        "",
        "...",
        "931 and cost",
    ],
)
def test_what_the_page_does_not_say_is_not_found(lay: Lay, quote: str) -> None:
    assert find_quote(quote, lay(LINES).words) is None


def test_a_slip_of_ocr_in_a_longer_quote_is_forgiven(lay: Lay) -> None:
    page = lay(["Tbe bridqe was opened by the old mayor"])

    assert find_quote("The bridge was opened by the old mayor", page.words) == tuple(range(8))


def test_a_number_is_never_forgiven(lay: Lay) -> None:
    page = lay(["The bridge cost 2018 marks in all years"])

    assert find_quote("The bridge cost 2818 marks in all years", page.words) is None


@pytest.mark.parametrize(
    "quote",
    ["The bridge was never opened by the mayor", "The bridge was opened by the mayor of no town"],
)
def test_a_word_that_denies_is_never_forgiven(lay: Lay, quote: str) -> None:
    page = lay(["The bridge was opened by the mayor of now town"])

    assert find_quote(quote, page.words) is None


def test_a_denial_on_the_page_is_never_left_out(lay: Lay) -> None:
    page = lay(["The old bridge over the river was not opened by the mayor"])

    assert find_quote("The old bridge over the river was opened by the mayor", page.words) is None


def test_ligatures_and_soft_hyphens_read_as_their_letters(lay: Lay) -> None:
    page = lay(["the of\ufb01ce had suf\u00adfered a de\ufb02ation"])

    assert find_quote("office had suffered a deflation", page.words) == (1, 2, 3, 4, 5)


def test_a_quote_with_an_ellipsis_is_found_piece_by_piece(lay: Lay) -> None:
    words = lay(LINES).words

    for dots in ("...", "\u2026", "[...]"):
        assert find_quote(f"The bridge {dots} cost 2,018,500", words) == (0, 1, 9, 10)
    assert find_quote("The bridge ... cost 2,018,600", words) is None
    assert find_quote("The ... cost", words) is None


def test_of_several_places_the_one_in_a_region_is_taken(lay: Lay) -> None:
    words = lay(["Total 12", "", "Total 12"]).words
    lower = Box(0, words[2].box.top, 1, words[2].box.bottom)

    assert find_quote("Total 12", words) == (0, 1)
    assert find_quote("Total 12", words, near=[lower]) == (2, 3)


def test_a_word_broken_at_a_line_end_is_found_whole(lay: Lay) -> None:
    page = lay(["the nation had embarked on recon-", "struction at last"])

    assert find_quote("embarked on reconstruction", page.words) == (3, 4, 5, 6)


@given(st.data())
def test_any_run_of_page_words_is_found_with_the_same_words(data: st.DataObject) -> None:
    texts = data.draw(
        st.lists(st.sampled_from(["a", "ab", "b", "1", "11", "1.5"]), min_size=1, max_size=12)
    )
    words = [Word(t, Box(0.05 * i, 0.1, 0.05 * i + 0.04, 0.11), 0) for i, t in enumerate(texts)]
    start = data.draw(st.integers(0, len(texts) - 1))
    end = data.draw(st.integers(start + 1, len(texts)))

    found = find_quote(" ".join(texts[start:end]), words)

    assert found is not None
    assert "".join(texts[i] for i in found) == "".join(texts[start:end])


def test_a_citation_carries_the_words_as_printed_and_their_box(lay: Lay) -> None:
    words = lay(LINES)
    page = EvidencePage("id", "report.pdf", 3, words, 1.0, lambda: b"")

    citation = cite(page, (6, 7))

    assert citation.quote == "3, 1931"
    assert citation.page == 3
    assert citation.box == Box(
        words.words[7].box.left,
        words.words[6].box.top,
        words.words[6].box.right,
        words.words[7].box.bottom,
    )


def test_a_quote_over_two_columns_gets_the_box_of_the_column_that_holds_most(lay: Lay) -> None:
    left = lay(["", "", "the end of one"]).words
    right = lay(["column goes on at the", "top of the next"], left=0.6, first_line=5).words
    words = left + right

    box = box_of(words, range(len(words)))

    assert box.left >= 0.6


def test_words_of_a_figure_are_cited_with_its_frame(make_page: Callable[..., EvidencePage]) -> None:
    frame = Box(0.1, 0.1, 0.9, 0.5)

    citation = cite(make_page("Aldham 12"), (0, 1), frame)

    assert (citation.quote, citation.box) == ("Aldham 12", frame)
