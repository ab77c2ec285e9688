from collections.abc import Callable

import pytest

from answer.layout import overlap, read_blocks, read_lines, spell, union
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]


def blocks_of(page: PageWords) -> list[str]:
    return [spell(page.words, b.words) for b in read_blocks(read_lines(page.words))]


def test_a_wide_gap_parts_the_cells_of_a_line(lay: Lay) -> None:
    (line,) = read_lines(lay(["Net sales      1,200      1,100"]).words)

    assert line.is_tabular
    assert line.cells == ((0, 1), (2,), (3,))


def test_single_spaces_do_not_part_cells(lay: Lay) -> None:
    (line,) = read_lines(lay(["Net sales rose by a tenth"]).words)

    assert not line.is_tabular


def test_a_lone_currency_sign_belongs_to_its_amount(lay: Lay) -> None:
    (line,) = read_lines(lay(["Net sales    $     1,200     $     1,100"]).words)

    assert line.cells == ((0, 1), (2, 3), (4, 5))


def test_lines_of_a_paragraph_are_one_block_and_a_gap_parts_two(lay: Lay) -> None:
    page = lay(["The first paragraph has", "two lines.", "", "The second has one."])

    assert blocks_of(page) == ["The first paragraph has two lines.", "The second has one."]


def test_an_indented_line_after_a_full_stop_opens_a_paragraph(lay: Lay) -> None:
    page = lay(
        ["It goes on and on without an end", "until it ends in a full stop here.", "    Then more."]
    )

    assert blocks_of(page)[1] == "Then more."


def test_a_bullet_opens_a_block(lay: Lay) -> None:
    page = lay(["• one thing to know", "• another thing to know"])

    assert len(blocks_of(page)) == 2


def test_columns_that_share_line_numbers_are_read_one_after_the_other(lay: Lay) -> None:
    left = ["the left column speaks of", "apples and of pears only"]
    right = ["the right column speaks of", "ships and of harbours only"]
    page = lay([f"{a:<40}{b}" for a, b in zip(left, right, strict=True)])

    assert blocks_of(page) == [" ".join(left), " ".join(right)]


def test_larger_words_are_another_block(lay: Lay) -> None:
    small = lay(["plain words of a paragraph"]).words
    large = [Word(w.text, Box(w.box.left, 0.06, w.box.right, 0.09), 9) for w in small]

    assert len(read_blocks(read_lines([*large, *small]))) == 2


def test_a_word_broken_over_two_lines_does_not_part_its_paragraph(lay: Lay) -> None:
    words = list(lay(["a paragraph with a long broken", "word goes on here as before"]).words)
    words[5] = Word("broken", Box(0.1, 0.1, 0.4, 0.124), 0)

    assert len(read_blocks(read_lines(words))) == 1


def test_union_and_overlap_are_what_a_ruler_says() -> None:
    a, b = Box(0.1, 0.1, 0.3, 0.2), Box(0.2, 0.3, 0.6, 0.4)

    assert union([a, b]) == Box(0.1, 0.1, 0.6, 0.4)
    assert overlap(a, b) == pytest.approx(0.5)
    assert overlap(a, Box(0.5, 0.0, 0.6, 0.1)) == 0


def test_a_page_without_words_has_no_lines() -> None:
    assert read_blocks(read_lines(())) == []


def test_a_gap_in_a_justified_line_does_not_make_a_table(lay: Lay) -> None:
    page = lay(
        [
            "the income of the county in the year of 1931",
            "was high.     The bridge toll was the most of",
            "it, says the report.",
        ]
    )

    assert len(blocks_of(page)) == 1
