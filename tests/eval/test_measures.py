import math
from dataclasses import replace

import pytest

from eval.datasets.base import EvalQuestion
from eval.measures import MEASURES, measure
from eval.record import Given
from index.records import Box
from tests.eval.records import BOTH, LINE, MAXSIM, given, outcome, question, record

MOST_OF_LINE = Box(0.1, 0.2, 0.4, 0.3)  # three quarters
NEARLY = Box(0.1, 0.2, 0.2, 0.3)


def figure(name: str, *asked: tuple[EvalQuestion, Given]) -> float:
    """The figure of some answers."""
    return measure(record([outcome(q, 1, a) for q, a in asked]), name, "").mean


# ranks 1, 3 and none: recall@1 1/3, recall@5 2/3, nDCG@5 (1 + 1/log2(4) + 0) / 3
def test_retrieval_is_measured_over_the_answerable() -> None:
    ranks = [outcome(question(str(rank)), rank) for rank in (1, 3, None)]
    run = record([*ranks, outcome(question("none", answerable=False), None)])

    assert measure(run, "recall@1", BOTH).mean == pytest.approx(1 / 3)
    assert measure(run, "recall@5", BOTH).mean == pytest.approx(2 / 3)
    assert measure(run, "nDCG@5", BOTH).mean == pytest.approx(0.5)
    assert measure(run, "nDCG@5", BOTH).n == 3


def test_each_set_of_arms_has_its_own_figure() -> None:
    run = record([outcome(question("a"), 1, alone=2)])

    assert measure(run, "recall@1", BOTH).mean == 1
    assert measure(run, "recall@1", MAXSIM).mean == 0
    assert measure(run, "recall@1", "bm25").n == 0


def test_a_refusal_of_what_has_an_answer_is_worth_nothing() -> None:
    refused = given("twelve metres", refused=True)
    for name in ("right", "ANLS", "exact"):
        assert figure(name, (question("a"), given()), (question("b"), refused)) == 0.5


def test_the_first_quote_counts_where_it_is_nearer_than_the_text() -> None:
    sentence = "The dam is, as the county says, twelve metres tall"
    quoting = replace(given(sentence), cited=given("twelve metres", box=LINE).cited)

    assert figure("exact", (question("a"), given(sentence))) == 0
    assert (
        figure("exact", (question("a"), quoting)) == figure("ANLS", (question("a"), quoting)) == 1
    )


def test_the_text_of_unanswerable_questions_has_no_say() -> None:
    nothing = question("a", answerable=False)
    assert math.isnan(figure("right", (nothing, given())))


def test_the_best_citation_is_compared_with_the_known_box() -> None:
    asked = question("a", boxes=[LINE])

    assert figure("box hit", (asked, given(box=MOST_OF_LINE))) == 1
    assert figure("box IoU", (asked, given(box=MOST_OF_LINE))) == pytest.approx(0.75)
    assert figure("box hit", (asked, given(box=NEARLY))) == 0
    assert figure("box IoU", (asked, given())) == 0


def test_a_box_on_another_page_is_no_hit() -> None:
    asked = question("a", boxes=[LINE])
    elsewhere = given(box=LINE)
    moved = replace(elsewhere, cited=(replace(elsewhere.cited[0], page=2),))
    assert figure("box IoU", (asked, moved)) == 0
    assert figure("right page cited", (asked, moved), (asked, elsewhere)) == 0.5


def test_questions_without_known_boxes_have_no_say_in_boxes() -> None:
    assert math.isnan(figure("box hit", (question("a"), given(box=LINE))))


# refused: one of two answerable, one of three unanswerable; so precision 1/2
def test_refusals_are_measured_both_ways() -> None:
    no, yes = given(refused=True), given()
    asked = [(question("a"), yes), (question("b"), no)]
    asked += [(question(name, answerable=False), yes) for name in "cd"]
    asked += [(question("e", answerable=False), no)]

    assert figure("refusal recall", *asked) == pytest.approx(1 / 3)
    assert figure("refusal precision", *asked) == 0.5
    assert figure("wrongly refused", *asked) == 0.5
    assert figure("wrongly answered", *asked) == pytest.approx(2 / 3)


def test_every_measure_can_be_taken_where_nothing_was_answered() -> None:
    run = record([outcome(question("a"), 1)])
    taken = {one.name: measure(run, one.name, BOTH).n for one in MEASURES}

    assert {name for name, n in taken.items() if n} == {
        one.name for one in MEASURES if one.part == "retrieval"
    }
