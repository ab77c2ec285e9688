from collections.abc import Callable, Sequence

import pytest

from answer.answers import EvidencePage
from answer.budget.offers import PageKey, PageOffer, matching_part, offer, pixels
from index.records import Box

MakePage = Callable[..., EvidencePage]
TOP, MIDDLE, BOTTOM = (Box(0.3, top, 0.6, top + 0.02) for top in (0.1, 0.5, 0.9))


@pytest.mark.parametrize(
    ("regions", "top", "bottom"),
    [
        ([MIDDLE], 0.46, 0.56),
        ([MIDDLE, TOP], 0.06, 0.56),
        ([TOP, BOTTOM], 0.06, 0.16),  # too far apart: the best one alone
        ([TOP, MIDDLE, BOTTOM], 0.06, 0.56),
        ([Box(0, 0.0, 1, 0.03)], 0.0, 0.07),
        ([Box(0, 0.97, 1, 1.0)], 0.93, 1.0),
    ],
)
def test_the_matching_part_is_the_rows_around_the_regions(
    regions: Sequence[Box], top: float, bottom: float
) -> None:
    part = matching_part(regions)

    assert part == pytest.approx((0.0, top, 1.0, bottom))


@pytest.mark.parametrize("regions", [[], [Box(0.1, 0.1, 0.9, 0.9)]])
def test_a_part_that_is_nothing_or_most_of_the_page_is_none(regions: Sequence[Box]) -> None:
    assert matching_part(regions) is None


def test_a_picture_of_a_part_has_its_share_of_the_pixels() -> None:
    whole = PageOffer(PageKey("a", 1), 1191, 1684, 0)

    assert pixels(whole, Box(0, 0, 1, 1), 1) == (1191, 1684)
    assert pixels(whole, Box(0, 0.25, 1, 0.5), 1) == (1191, 421)
    assert pixels(whole, Box(0, 0, 1, 1), 0.5) == (596, 842)  # 595.5 is not cut off
    assert pixels(whole, Box(0, 0, 0, 0), 1) == (1, 1)


def test_an_offer_counts_the_words_of_the_page_and_of_its_part(make_page: MakePage) -> None:
    page = make_page("first line of the page", "second line of the page, a longer one", page=4)
    first_line = Box(0, 0.09, 1, 0.113)  # the lines stand at 0.1 and 0.114

    made = offer(page, 100, 200, crop=first_line)

    assert made.key == PageKey("id-report.pdf", 4)
    assert made.word_tokens > made.crop_word_tokens > 8


def test_a_page_without_words_costs_no_words(make_page: MakePage) -> None:
    assert offer(make_page(), 100, 200, crop=None).word_tokens == 0


def test_a_picture_without_pixels_is_no_picture() -> None:
    with pytest.raises(ValueError, match="0 x 5"):
        PageOffer(PageKey("a", 1), 0, 5, 0)
