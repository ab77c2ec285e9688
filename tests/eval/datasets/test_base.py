import pytest

from eval.datasets.base import EvalQuestion, GoldPage


def test_an_empty_question_is_refused() -> None:
    with pytest.raises(ValueError, match="question q is empty"):
        EvalQuestion("q", "  ")


def test_a_grade_below_one_is_no_relevant_page() -> None:
    with pytest.raises(ValueError, match="grade below 1"):
        EvalQuestion("q", "How tall?", (GoldPage("a", 1, 0),))
