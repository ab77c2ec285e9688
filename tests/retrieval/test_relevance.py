import numpy as np
import pytest

from index.records import Float32, Question
from retrieval.relevance import relevance, shares

EAST, NORTH = np.eye(2, dtype=np.float32)
HALFWAY = np.array([0.6, 0.8], np.float32)


def question(*rows: Float32, weights: tuple[float, ...] = ()) -> Question:
    weighed = np.array(weights or [1.0] * len(rows), np.float32)
    return Question("asked", np.stack(rows), weighed, tuple("t" * len(rows)))


def test_a_share_is_the_weighted_mean_of_the_best_cosines() -> None:
    asked = question(EAST, NORTH, weights=(3.0, 1.0))
    page = np.stack([HALFWAY, EAST])
    assert shares([asked], page) == pytest.approx([(3 * 1.0 + 1 * 0.8) / 4])


def test_questions_scored_together_score_as_each_alone() -> None:
    several = [question(EAST), question(NORTH, HALFWAY), question(HALFWAY, weights=(2.0,))]
    page = HALFWAY[None]
    alone = [float(shares([one], page)[0]) for one in several]
    assert shares(several, page) == pytest.approx(alone)


def test_a_page_that_holds_the_question_is_wholly_relevant() -> None:
    asked = question(EAST, NORTH)
    assert relevance([asked], [np.stack([EAST, NORTH])], [0.4]) == pytest.approx(1.0)


def test_a_page_counts_from_the_background_to_the_bound() -> None:
    page = HALFWAY[None]  # its share for EAST is .6, halfway between .2 and 1
    assert relevance([question(EAST)], [page], [0.2]) == pytest.approx(0.5)


@pytest.mark.parametrize("level", [0.6, 0.9, 1.0])
def test_a_page_inside_the_background_is_not_relevant_at_all(level: float) -> None:
    assert relevance([question(EAST)], [HALFWAY[None]], [level]) == pytest.approx(0.0, abs=1e-6)


def test_a_page_without_rows_is_not_relevant() -> None:
    assert relevance([question(EAST)], [np.empty((0, 2), np.float32)], [0.0]) == 0.0


def test_the_layer_that_thinks_most_of_a_page_has_the_say() -> None:
    asked = question(EAST)
    blind, seeing = np.empty((0, 2), np.float32), HALFWAY[None]
    assert relevance([asked, asked], [blind, seeing], [0.3, 0.2]) == pytest.approx(0.5)
