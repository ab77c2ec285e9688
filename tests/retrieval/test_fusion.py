import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Float32
from retrieval.fusion import Arm, fuse, leads, ranked, with_neighbours

SCORES = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=30)


def scores(*values: float) -> Float32:
    return np.array(values, np.float32)


def test_the_best_page_leads_by_one_and_the_average_page_by_nothing() -> None:
    assert leads(scores(10, 4, 4, 2)) == pytest.approx([1.0, -0.2, -0.2, -0.6])


def test_a_lead_does_not_depend_on_the_arms_unit() -> None:
    told = leads(scores(0.3, 0.1, 0.5))
    assert leads(1000 * scores(0.3, 0.1, 0.5) + 7) == pytest.approx(told, abs=1e-5)


@pytest.mark.parametrize("same", [(5.0,), (0.0, 0.0), (-3.0, -3.0, -3.0)])
def test_where_all_pages_score_alike_none_leads(same: tuple[float, ...]) -> None:
    assert leads(scores(*same)).tolist() == [0.0] * len(same)


def test_a_page_that_an_arm_cannot_see_ranks_with_that_arms_worst() -> None:
    told = leads(scores(3, 1, -np.inf))
    assert told == pytest.approx([1.0, -1.0, -1.0])


def test_an_arm_that_sees_no_page_says_nothing() -> None:
    assert leads(scores(-np.inf, -np.inf)).tolist() == [0.0, 0.0]


def test_fusion_is_the_weighted_mean_of_the_leads() -> None:
    rows, terms = Arm("maxsim", scores(2, 0)), Arm("bm25", scores(0, 8), weight=3)
    assert fuse([rows, terms]) == pytest.approx([-0.5, 0.5])


def test_an_arm_of_weight_zero_is_off() -> None:
    rows = Arm("maxsim", scores(1, 2, 5))
    off = Arm("bm25", scores(9, 0, 0), weight=0)
    assert fuse([rows, off]).tobytes() == fuse([rows]).tobytes()


def test_two_arms_that_agree_on_second_place_beat_two_lone_firsts() -> None:
    rows = Arm("maxsim", scores(10, 9, 0, 0, 0))
    terms = Arm("bm25", scores(0, 9, 10, 0, 0))
    assert ranked(fuse([rows, terms]))[0] == 1


def test_fusion_refuses_to_work_without_an_arm() -> None:
    with pytest.raises(ValueError, match="at least one arm"):
        fuse([Arm("maxsim", scores(1, 2), weight=0)])


def test_fusion_refuses_arms_about_different_pages() -> None:
    with pytest.raises(ValueError, match="same pages"):
        fuse([Arm("maxsim", scores(1, 2)), Arm("bm25", scores(1, 2, 3))])


def test_ties_keep_the_order_of_the_pages() -> None:
    assert ranked(scores(1, 3, 3, 1)) == [1, 2, 0, 3]


@settings(deadline=None)
@given(rows=SCORES, data=st.data())
def test_fused_scores_are_finite_and_never_above_one(
    rows: list[float], data: st.DataObject
) -> None:
    same_length = st.lists(st.floats(0, 100, width=32), min_size=len(rows), max_size=len(rows))
    fused = fuse([Arm("maxsim", scores(*rows)), Arm("bm25", scores(*data.draw(same_length)))])
    assert np.isfinite(fused).all()
    assert fused.max() <= 1 + 1e-6


def test_a_neighbour_lifts_the_pages_beside_it_within_its_document() -> None:
    lone, beside, high, other_document = with_neighbours(
        scores(0, 0, 10, 0), owner=[1, 1, 1, 2], share=0.5
    )
    assert lone == pytest.approx(0.0)
    assert beside == pytest.approx(0.5 * (0 + 10) / 2 / 1.5)
    assert high == pytest.approx(10 / 1.5)
    assert other_document == pytest.approx(0.0)


def test_a_document_of_one_page_keeps_its_score() -> None:
    assert with_neighbours(scores(0.7), owner=[0]) == pytest.approx([0.7])


def test_without_pages_there_are_no_neighbours() -> None:
    assert with_neighbours(scores(), owner=[]).shape == (0,)
