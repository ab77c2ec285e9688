import math

import pytest

from eval.metrics import first_rank, holds_answer, mean, ndcg_at, recall_at

FOUND = [("a", 1), ("b", 4), ("a", 2)]


def test_the_rank_of_the_first_gold_page_counts_from_one() -> None:
    assert first_rank(FOUND, frozenset({("a", 2), ("b", 4)})) == 2


def test_a_gold_page_that_was_not_found_has_no_rank() -> None:
    assert first_rank(FOUND, frozenset({("b", 1)})) is None
    assert first_rank([], frozenset({("b", 1)})) is None


@pytest.mark.parametrize(("rank", "recall"), [(1, 1), (5, 1), (6, 0), (None, 0)])
def test_recall_at_five_is_one_up_to_rank_five(rank: int | None, recall: float) -> None:
    assert recall_at(rank, 5) == recall


# 1 / log2(2), 1 / log2(4), 1 / log2(6)
@pytest.mark.parametrize(("rank", "ndcg"), [(1, 1.0), (3, 0.5), (5, 0.386853), (6, 0), (None, 0)])
def test_ndcg_falls_with_the_logarithm_of_the_rank(rank: int | None, ndcg: float) -> None:
    assert ndcg_at(rank, 5) == pytest.approx(ndcg, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost £371 in 2023.", "371"),
        ("It cost £371 in 2023.", "£371"),
        ("11,400 properties", "11,400"),
        ("Zoë Müller won", "zoe muller"),
        ("blue-green algae", "Blue green algae"),
        ("on 16 November 2023", "16 november"),
        ("Straße 7", "strasse"),
    ],
)
def test_an_answer_is_held_whatever_its_case_marks_and_signs(text: str, answer: str) -> None:
    assert holds_answer(text, [answer])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost 1371 pounds", "371"),
        ("11,400 properties", "400"),
        ("11,400 properties", "11"),
        ("the category", "cat"),
        ("", "371"),
    ],
)
def test_part_of_a_number_or_word_holds_no_answer(text: str, answer: str) -> None:
    assert not holds_answer(text, [answer])


def test_any_accepted_answer_is_enough_and_none_is_not() -> None:
    assert holds_answer("Kell", ["Dr Sunniva Kell", "Kell"])
    assert not holds_answer("Kell", [])


def test_an_answer_of_signs_alone_is_held_by_nothing() -> None:
    assert not holds_answer("yes", ["?"])
    assert not holds_answer("", ["?"])


def test_the_mean_of_nothing_is_not_a_number() -> None:
    assert mean([1, 2]) == 1.5
    assert math.isnan(mean([]))
