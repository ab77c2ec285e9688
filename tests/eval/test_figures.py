import math

import pytest

from eval.figures import cost, figures, slices
from tests.eval.records import BOTH, MAXSIM, given, outcome, question, record


def test_every_label_that_slices_gives_its_own_figures() -> None:
    run = record(
        [
            outcome(question("a", kind="table", image_only_page=True), 1),
            outcome(question("b", kind="text", image_only_page=False, hard="paraphrase"), None),
        ]
    )
    told = {
        one.questions: one.value
        for one in figures(run)
        if one.measure == "recall@1" and one.arms == BOTH
    }
    assert told == {
        "all": 0.5,
        "kind: table": 1,
        "kind: text": 0,
        "image-only pages": 1,
        "pages with text": 0,
        "hard": 0,
    }


def test_a_label_that_does_not_slice_is_left_out() -> None:
    run = record([outcome(question("a", source="somewhere", lang=""), 1)])
    assert set(slices(run.outcomes)) == {"all"}


def test_a_figure_comes_with_its_interval_and_its_number_of_questions() -> None:
    run = record([outcome(question(str(n)), 1 if n % 2 else None) for n in range(40)])
    one = next(f for f in figures(run) if f.measure == "recall@1" and f.arms == BOTH)

    assert (one.n, one.value) == (40, 0.5)
    assert one.interval.low < 0.5 < one.interval.high


def test_retrieval_has_figures_for_each_set_of_arms_and_answers_once() -> None:
    found = figures(record([outcome(question("a"), 1, given())]))

    assert {one.arms for one in found if one.measure == "nDCG@5"} == {BOTH, MAXSIM}
    assert [one.arms for one in found if one.measure == "right"] == [""]


# 1000 tokens in at 2 a million and 100 out at 10 a million
def test_a_question_costs_time_tokens_and_money() -> None:
    one = cost(record([outcome(question("a"), 1, given()), outcome(question("b"), 1, given())]))

    assert one.search_ms == (10, 10)
    assert (one.answer_ms.p50, one.first_token_ms.p50) == (40, 20)
    assert (one.input_tokens, one.output_tokens) == (1000, 100)
    assert one.money == pytest.approx(0.003)
    assert one.bytes_per_page == 2048


def test_without_answers_or_prices_no_money_is_told() -> None:
    one = cost(record([outcome(question("a"), 1)]))

    assert one.money is None
    assert math.isnan(one.answer_ms.p50)
