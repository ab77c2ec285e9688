"""The figures of retrieval as rows: a slice of the questions and a set of arms each."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.figures import Figure
from eval.measures import MEASURES

NAMES = tuple(one.name for one in MEASURES if one.part == "retrieval")


@dataclass(frozen=True, slots=True)
class RetrievalRow:
    """The figures of some questions with one set of arms, in the order of the columns."""

    questions: str
    n: int
    arms: str
    figures: tuple[Figure, ...]


def retrieval_rows(found: Sequence[Figure]) -> list[RetrievalRow]:
    """Return a row for each slice and set of arms, the columns in the order of `NAMES`."""
    cells = {(one.questions, one.arms, one.measure): one for one in found if one.arms}
    places = dict.fromkeys((one.questions, one.arms) for one in found if one.arms)
    slices = list(dict.fromkeys(questions for questions, _ in places))
    return [
        _row(questions, arms, [cells[questions, arms, name] for name in NAMES])
        for questions, arms in sorted(places, key=lambda place: slices.index(place[0]))
    ]


def _row(questions: str, arms: str, figures: Sequence[Figure]) -> RetrievalRow:
    return RetrievalRow(questions, figures[0].n, arms, tuple(figures))
