import pytest

from eval.metrics.grounding import iou, region_figures
from index.records import Box

HALF = Box(0, 0, 0.5, 1)
QUARTER = Box(0, 0, 0.25, 1)
FAR = Box(0.8, 0.8, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (HALF, HALF, 1),
        (HALF, QUARTER, 0.5),
        (QUARTER, HALF, 0.5),
        (HALF, FAR, 0),
        (Box(0, 0, 0.5, 0.5), Box(0.25, 0.25, 0.75, 0.75), 1 / 7),
        (Box(0.5, 0.5, 0.5, 0.5), Box(0.5, 0.5, 0.5, 0.5), 0),
    ],
)
def test_overlap_is_intersection_over_union(one: Box, other: Box, expected: float) -> None:
    assert iou(one, other) == pytest.approx(expected)


def test_a_region_is_a_hit_from_half_an_overlap_on() -> None:
    figures = region_figures([(QUARTER, [HALF]), (FAR, [HALF]), (None, [HALF]), (HALF, [HALF])])

    assert figures.n_questions == 4
    assert figures.hit_rate == 0.5
    assert figures.mean_iou == pytest.approx((0.5 + 0 + 0 + 1) / 4)


def test_any_of_several_known_boxes_will_do() -> None:
    assert region_figures([(FAR, [HALF, FAR])]).hit_rate == 1


@pytest.mark.parametrize("found", [[], [(HALF, [])]])
def test_a_comparison_with_nothing_is_refused(found: list[tuple[Box, list[Box]]]) -> None:
    with pytest.raises(ValueError, match="at least one known box"):
        region_figures(found)
