from dataclasses import replace

import pytest

from eval.compare import Comparison, Difference, compare
from eval.datasets.base import EvalQuestion
from eval.record import RunRecord
from index.errors import InvalidRequest
from tests.eval.records import BOTH, LINE, MAXSIM, given, outcome, question, record


def run(*ranks: int | None, answered: bool = True) -> RunRecord:
    """A run whose questions have the right page at these ranks."""
    answer = given(box=LINE) if answered else None
    return record([outcome(question(str(n)), rank, answer) for n, rank in enumerate(ranks)])


def difference(found: Comparison, name: str, arms: str = BOTH) -> Difference:
    """The difference of a measure over all questions."""
    return next(
        one
        for one in found.differences
        if (one.measure.name, one.arms, one.questions) == (name, arms, "all")
    )


def test_a_change_is_told_with_a_paired_interval() -> None:
    found = difference(compare(run(*[None] * 30), run(*[1] * 30)), "recall@1")

    assert (found.before, found.after, found.change) == (0, 1, 1)
    assert found.interval == (1, 1)
    assert found.is_sure
    assert found.loss == -1


def test_equal_runs_differ_in_nothing() -> None:
    found = compare(run(1, 2, None), run(1, 2, None))

    assert all(one.change == 0 and not one.is_sure for one in found.differences)
    assert found.losses(0) == []
    assert found.other_pins == {}


def test_one_question_in_thirty_is_not_sure_but_a_loss() -> None:
    found = compare(run(*[1] * 30), run(None, *[1] * 29))

    assert not difference(found, "recall@1").is_sure
    assert {one.measure.name for one in found.losses(0.01)} == {"nDCG@5", "recall@1"}
    assert found.losses(0.05) == []


def test_where_less_is_better_more_is_a_loss() -> None:
    asked = question("a")
    before = record([outcome(asked, 1, given())])
    after = record([outcome(asked, 1, given(refused=True))])

    assert "wrongly refused" in {one.measure.name for one in compare(before, after).losses(0.01)}


def test_a_figure_that_is_missing_afterwards_is_a_loss() -> None:
    found = compare(run(1, 1), run(1, 1, answered=False))
    assert "right" in {one.measure.name for one in found.losses(1)}


def test_what_users_get_is_compared_whatever_its_arms_are() -> None:
    before = run(1, 1)
    after = replace(before, arms=(MAXSIM,))

    assert difference(compare(before, after), "recall@1").after == 0


def test_a_set_of_arms_that_is_missing_afterwards_is_a_loss() -> None:
    before = run(1, 1)
    found = compare(
        before,
        replace(
            before,
            arms=(BOTH,),
            outcomes=tuple(replace(one, found={BOTH: one.found[BOTH]}) for one in before.outcomes),
        ),
    )

    assert {one.arms for one in found.losses(1)} == {MAXSIM}


def test_another_pin_is_told() -> None:
    before = run(1)
    manifest = {"encoder": "a", "encoder_revision": "2"}
    around = replace(before.circumstances, collection={"name": "x", "manifest": manifest})
    found = compare(before, replace(before, circumstances=around))

    assert found.other_pins == {"encoder_revision": ("1", "2")}


def test_runs_with_other_questions_cannot_be_compared() -> None:
    with pytest.raises(InvalidRequest, match="different questions"):
        compare(run(1), replace(run(1), sha256="6" * 64))


def test_a_slice_is_compared_with_itself() -> None:
    def asked(rank: int | None) -> RunRecord:
        questions: list[EvalQuestion] = [question("a", kind="table"), question("b", kind="text")]
        return record([outcome(questions[0], 1), outcome(questions[1], rank)])

    changes = {
        one.questions: one.change
        for one in compare(asked(1), asked(None)).differences
        if (one.measure.name, one.arms) == ("recall@1", BOTH)
    }
    assert changes == {"all": -0.5, "kind: table": 0, "kind: text": -1}
    assert compare(asked(1), asked(None)).losses(0.6) == []
