import math

import pytest

from eval.datasets.base import GoldPage
from eval.metrics.ranking import ranking_values

A1, A2, B1 = GoldPage("a", 1), GoldPage("a", 2), GoldPage("b", 1)
OTHERS = [("z", page) for page in range(1, 20)]


# the only page at rank 3: 1 / log2(4), reciprocal rank 1/3
def test_one_right_page_at_rank_three() -> None:
    values = ranking_values([*OTHERS[:2], ("a", 1)], [A1], "alternatives")

    assert values["nDCG@5"] == pytest.approx(0.5)
    assert values["MRR@10"] == pytest.approx(1 / 3)
    assert (values["recall@1"], values["recall@5"], values["recall@10"]) == (0, 1, 1)


def test_one_of_several_alternatives_is_as_good_as_all() -> None:
    values = ranking_values([("a", 2), *OTHERS], [A1, A2, B1], "alternatives")

    assert values["nDCG@5"] == values["recall@1"] == values["recall@5"] == 1


def test_a_second_alternative_adds_nothing() -> None:
    one = ranking_values([("z", 1), ("a", 1), ("z", 2)], [A1, A2], "alternatives")
    both = ranking_values([("z", 1), ("a", 1), ("a", 2)], [A1, A2], "alternatives")

    assert one == both


def test_the_first_alternative_decides_whatever_follows() -> None:
    values = ranking_values([("a", 1), ("z", 1), ("a", 2)], [A1, A2], "alternatives")

    assert values["recall@1"] == values["MRR@10"] == 1


# gains 1 and 2 at ranks 1 and 2 against the ideal 2 and 1
def test_graded_pages_all_count_by_their_grade() -> None:
    gold = [GoldPage("a", 1, 2), GoldPage("b", 1, 1)]
    values = ranking_values([("b", 1), ("a", 1)], gold, "graded")

    ideal = 2 + 1 / math.log2(3)
    assert values["nDCG@5"] == pytest.approx((1 + 2 / math.log2(3)) / ideal)
    assert values["recall@1"] == 0.5
    assert values["recall@5"] == 1


def test_what_comes_after_the_tenth_place_does_not_count() -> None:
    values = ranking_values([*OTHERS[:10], ("a", 1)], [A1], "alternatives")

    assert set(values.values()) == {0}


def test_nothing_found_is_zero_everywhere() -> None:
    assert set(ranking_values([], [A1], "graded").values()) == {0}


def test_the_same_page_number_of_another_document_is_another_page() -> None:
    assert ranking_values([("b", 1)], [A1], "alternatives")["recall@10"] == 0


def test_order_is_kept_whatever_the_names_are() -> None:
    found = [("z", 1), ("b", 1), ("a", 1)]
    assert ranking_values(found, [B1], "alternatives")["MRR@10"] == pytest.approx(0.5)
