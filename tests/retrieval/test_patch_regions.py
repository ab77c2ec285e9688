import numpy as np
import pytest

from index.records import Box, Float32, PageWords, Question, Word
from retrieval.patch_regions import find_patch_regions

SIDE = 4
NO_WORDS = PageWords((), "none")
ASKED = Question("q", np.array([[0, 1]], np.float32), np.ones(1, np.float32), ("q",))


def grid() -> Float32:
    """Sixteen patches, row by row."""
    places = [(x, y) for y in range(SIDE) for x in range(SIDE)]
    return np.array([[x, y, x + 1, y + 1] for x, y in places], np.float32) / np.float32(SIDE)


def lit(*places: tuple[int, int]) -> Float32:
    """Rows that match the question at these patches and nothing elsewhere."""
    rows = np.tile(np.array([1, 0], np.float32), (SIDE * SIDE, 1))
    for x, y in places:
        rows[y * SIDE + x] = (0, 1)
    return rows


def test_patches_that_touch_are_one_region() -> None:
    (region,) = find_patch_regions(ASKED, lit((0, 0), (1, 0), (1, 1)), grid(), NO_WORDS)

    assert region.box == pytest.approx((0, 0, 0.5, 0.5))
    assert region.score == pytest.approx(1)
    assert region.text == ""


def test_patches_apart_are_two_regions() -> None:
    found = find_patch_regions(ASKED, lit((0, 0), (3, 3)), grid(), NO_WORDS)

    assert sorted(region.box[0] for region in found) == [0, 0.75]


def test_a_region_takes_in_the_words_that_it_covers_and_their_whole_boxes() -> None:
    inside, outside = Box(0.05, 0.05, 0.4, 0.1), Box(0.6, 0.6, 0.7, 0.7)
    words = PageWords((Word("dam", inside, 0), Word("heron", outside, 1)), "ocr")

    (region,) = find_patch_regions(ASKED, lit((0, 0)), grid(), words)

    assert region.text == "dam"
    assert region.box == pytest.approx((0, 0, 0.4, 0.25))


def test_a_view_of_the_whole_page_does_not_join_what_is_apart() -> None:
    rows = np.vstack([lit((0, 0), (3, 3)), [[0, 1]]]).astype(np.float32)
    boxes = np.vstack([grid(), [[0, 0, 1, 1]]]).astype(np.float32)

    assert len(find_patch_regions(ASKED, rows, boxes, NO_WORDS)) == 2


def test_a_page_that_matches_nothing_has_no_region() -> None:
    assert find_patch_regions(ASKED, lit(), grid(), NO_WORDS) == ()
    assert find_patch_regions(ASKED, lit()[:0], grid()[:0], NO_WORDS) == ()
