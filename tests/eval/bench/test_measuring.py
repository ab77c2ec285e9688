from collections.abc import Sequence

import numpy as np
import pytest

from eval.bench.measuring import Engine, Places, Spread, measure, recall, timed
from eval.bench.pages import SyntheticPages
from index.records import Question


def places(*numbers: int) -> Places:
    return np.array(numbers, np.int64)


@pytest.mark.parametrize(
    ("found", "share"), [((1, 2), 1.0), ((2, 9), 0.5), ((8, 9), 0.0), ((), 0.0)]
)
def test_recall_is_the_share_of_the_true_pages_in_any_order(
    found: tuple[int, ...], share: float
) -> None:
    assert recall(places(*found), places(2, 1)) == share


def test_engines_take_turns_and_those_of_several_questions_wait_for_enough(
    pages: SyntheticPages,
) -> None:
    asked: list[tuple[str, list[str]]] = []

    def find(name: str, questions: Sequence[Question]) -> list[Places]:
        asked.append((name, [question.text[-1] for question in questions]))
        return [places(0) for _ in questions]

    engines = [
        Engine("one", lambda some: find("one", some)),
        Engine("two", lambda some: find("two", some), together=2),
    ]
    questions = pages.questions(20)[:3]
    figures = measure(engines, questions, [places(0), places(1), places(1)])

    warm_up, turns = asked[:2], asked[2:]
    assert warm_up == [("one", ["0"]), ("two", ["0", "1"])]
    assert turns == [("one", ["0"]), ("one", ["1"]), ("two", ["0", "1"]), ("one", ["2"])]
    assert [one.engine for one in figures] == ["one", "two"]
    assert [one.recall for one in figures] == [pytest.approx(1 / 3), 0.5]


def test_an_engine_that_never_had_its_turn_has_no_figures(pages: SyntheticPages) -> None:
    patient = Engine("patient", lambda some: [places(0) for _ in some], together=9)

    assert measure([patient], pages.questions(20), [places(0)] * 4) == []


# quartiles of 1 to 5
def test_a_spread_is_the_quartiles() -> None:
    assert Spread.of([5, 1, 4, 2, 3]) == Spread(2, 3, 4)


def test_work_is_done_once_and_its_time_is_no_less_than_nothing() -> None:
    done: list[int] = []
    cpu_ms, wall_ms = timed(lambda: done.append(1))

    assert done == [1]
    assert cpu_ms >= 0
    assert wall_ms >= 0
