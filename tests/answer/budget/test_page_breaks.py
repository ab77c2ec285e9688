"""Pages of lines at a pitch of 0.014 from 0.1 on, as the fixture lays them."""

from collections.abc import Callable

import pytest

from answer.budget.page_breaks import continued_part, neighbours
from answer.layout import union
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]
PROSE = [
    "The council agreed to raise the height of the dam by two",
    "metres and to widen the spillway, which had overflowed",
    "twice since the valley road was moved to the north side",
]
TABLE = [
    "Year      Visits      Loans",
    "2021      1,204       3,310",
    "2022      1,377       3,502",
]


def region(page: PageWords, *lines: int) -> Box:
    return union(word.box for word in page.words if word.line in lines)


def test_a_full_last_line_that_ends_no_sentence_runs_on(lay: Lay) -> None:
    page = lay(PROSE)

    assert neighbours(page.words, [region(page, 2)]) == (1,)


def test_evidence_in_the_middle_of_a_page_needs_no_other_page(lay: Lay) -> None:
    page = lay(["the dam was", *PROSE * 3])

    assert neighbours(page.words, [region(page, 4)]) == ()


@pytest.mark.parametrize(
    "last",
    [
        "twice since the valley road was moved to the north end.",
        "twice since the valley road was moved to the north (so).)",
        'twice since the valley road was moved to "the north."',
        "twice since the valley",
    ],
)
def test_a_sentence_or_a_paragraph_that_ends_does_not_run_on(lay: Lay, last: str) -> None:
    page = lay([*PROSE[:2], last])

    assert neighbours(page.words, [region(page, 2)]) == ()


@pytest.mark.parametrize("last", ["the north-", "the following:", "the spillway,"])
def test_a_mark_that_calls_for_more_runs_on_however_short_the_line(lay: Lay, last: str) -> None:
    page = lay([*PROSE[:2], last])

    assert neighbours(page.words, [region(page, 2)]) == (1,)


def test_a_table_that_ends_the_page_runs_on(lay: Lay) -> None:
    page = lay([*PROSE, "", *TABLE])

    assert neighbours(page.words, [region(page, 6)]) == (1,)


def test_a_line_of_two_columns_of_labels_is_no_table_that_runs_on(lay: Lay) -> None:
    page = lay([*PROSE, "", "Signed      Approved"])

    assert neighbours(page.words, [region(page, 4)]) == ()


def test_a_single_line_with_a_value_is_no_table_that_runs_on(lay: Lay) -> None:
    page = lay([*PROSE, "", "Delivered      12 May 2024"])

    assert neighbours(page.words, [region(page, 4)]) == ()


def test_a_page_that_begins_in_lower_case_comes_from_the_page_before(lay: Lay) -> None:
    page = lay([PROSE[1], PROSE[2], "end."])

    assert neighbours(page.words, [region(page, 0)]) == (-1,)


def test_a_page_that_begins_with_values_has_its_table_header_on_the_page_before(lay: Lay) -> None:
    page = lay([*TABLE[1:], "", "The end."])

    assert neighbours(page.words, [region(page, 1)]) == (-1,)


def test_a_table_with_its_header_begins_on_its_page(lay: Lay) -> None:
    page = lay([*TABLE, "", "The end."])

    assert neighbours(page.words, [region(page, 0)]) == ()


def test_headers_and_footers_are_no_text(lay: Lay) -> None:
    text = lay(PROSE, first_line=1)
    running = [
        Word("yearbook", Box(0.1, 0.04, 0.2, 0.05), 0),
        Word("17", Box(0.5, 0.95, 0.52, 0.96), 9),
    ]
    words = (running[0], *text.words, running[1])

    assert neighbours(words, [region(text, 3)]) == (1,)
    assert neighbours(words, [running[1].box]) == ()
    assert neighbours(words, [running[0].box]) == ()


@pytest.mark.parametrize("lines", [[], PROSE])
def test_without_words_or_regions_there_are_no_neighbours(lay: Lay, lines: list[str]) -> None:
    assert neighbours(lay(lines).words, []) == ()


def test_the_part_at_the_break_is_the_foot_of_the_page_before_and_the_head_of_the_next() -> None:
    assert continued_part(-1) == (0.0, 0.65, 1.0, 1.0)
    assert continued_part(1) == (0.0, 0.0, 1.0, 0.35)
