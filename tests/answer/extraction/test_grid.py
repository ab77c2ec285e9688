from collections.abc import Callable

from answer.extraction.grid import misalignment, read_grid
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]


def texts(words: PageWords) -> list[list[str]]:
    return [[cell.text for cell in row] for row in read_grid(words.words).rows]


def test_wide_gaps_part_a_row_into_cells_and_a_sign_keeps_its_number(lay: Lay) -> None:
    words = lay(["Net amount    £     1,366.00", "Total    12"])
    assert texts(words) == [["Net amount", "£ 1,366.00"], ["Total", "12"]]


def test_words_of_one_height_make_a_row_whatever_order_they_were_read_in(lay: Lay) -> None:
    words = lay(["Invoice no.    208", "Date    19 May"]).words
    by_column = (*words[:2], words[3], *words[4:], words[2])
    apart = tuple(word._replace(line=n) for n, word in enumerate(by_column))
    assert texts(PageWords(apart, "ocr")) == [["Invoice no.", "208"], ["Date", "19 May"]]


def test_rows_of_a_crooked_scan_stay_apart(lay: Lay) -> None:
    straight = lay([f"Item {n}                          4.{n}0" for n in range(6)]).words
    turned = tuple(
        Word(w.text, Box(w.box.left, w.box.top - 0.03 * w.box.left, w.box.right,
                         w.box.bottom - 0.03 * w.box.left), w.line)
        for w in straight
    )  # fmt: skip
    assert texts(PageWords(turned, "ocr")) == [[f"Item {n}", f"4.{n}0"] for n in range(6)]


def test_boxes_are_lined_up_by_the_nearest_of_left_right_and_middle() -> None:
    head = Box(0.40, 0.0, 0.50, 0.1)
    assert misalignment(head, Box(0.44, 0.1, 0.50, 0.2)) == 0.0
    assert misalignment(head, Box(0.40, 0.1, 0.90, 0.2)) == 0.0
    assert abs(misalignment(head, Box(0.43, 0.1, 0.48, 0.2)) - 0.005) < 1e-9


def test_a_page_without_words_has_no_rows() -> None:
    assert read_grid(()).rows == ()
