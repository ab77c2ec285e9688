"""Running a golden set through the service: what is measured is what users get."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from api.desk import Desk
from api.schemas import AnswerRequest, SearchRequest
from eval.datasets.base import EvalQuestion, EvalSet
from eval.metrics import first_rank, holds_answer, mean, ndcg_at, recall_at

DEPTH = 10
ArmSet = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question.

    Attributes:
        ranks: for each set of arms the rank of the first gold page.
        refused: the answerer said that the documents do not hold an answer.
        is_right: the answer holds an accepted one.
    """

    question: EvalQuestion
    ranks: dict[ArmSet, int | None]
    refused: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """Retrieval figures of some of the questions, for one set of arms."""

    name: str
    arms: ArmSet
    n_questions: int
    recall_at_1: float
    recall_at_5: float
    ndcg_at_5: float


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Answers of all questions.

    Attributes:
        right: share of answerable questions whose answer holds an accepted one.
        wrongly_refused: share of answerable questions that were refused.
        rightly_refused: share of unanswerable questions that were refused.
    """

    right: float
    wrongly_refused: float
    rightly_refused: float


def ask_all(
    desk: Desk,
    collection: str,
    golden: EvalSet,
    arm_sets: Sequence[ArmSet],
    on_question: Callable[[], None] = lambda: None,
) -> list[Asked]:
    """Ask every question of a set; `on_question` is called after each."""
    asked = []
    for question in golden.questions:
        ranks = {arms: _rank(desk, collection, question, arms) for arms in arm_sets}
        answer = desk.ask(collection, AnswerRequest(query=question.text))
        is_right = not answer.refused and holds_answer(answer.answer, question.answers)
        asked.append(Asked(question, ranks, answer.refused, is_right))
        on_question()
    return asked


def retrieval_figures(asked: Sequence[Asked], arm_sets: Sequence[ArmSet]) -> list[Slice]:
    """Return the figures of every slice for every set of arms; answerable questions only."""
    answerable = [one for one in asked if one.question.is_answerable]
    slices: list[tuple[str, list[Asked]]] = [("all", answerable)]
    slices += [(f"kind: {k}", _having(answerable, "kind", k)) for k in _values(answerable, "kind")]
    slices.append(("image-only pages", _having(answerable, "image_only_page", value=True)))
    slices.append(("pages with text", _having(answerable, "image_only_page", value=False)))
    slices.append(("hard", [one for one in answerable if one.question.labels.get("hard")]))
    return [_figures(name, arms, some) for name, some in slices if some for arms in arm_sets]


def answer_figures(asked: Sequence[Asked]) -> AnswerFigures:
    """Return the figures of the answers."""
    answerable = [one for one in asked if one.question.is_answerable]
    others = [one for one in asked if not one.question.is_answerable]
    return AnswerFigures(
        right=mean([one.is_right for one in answerable]),
        wrongly_refused=mean([one.refused for one in answerable]),
        rightly_refused=mean([one.refused for one in others]),
    )


def _rank(desk: Desk, collection: str, question: EvalQuestion, arms: ArmSet) -> int | None:
    request = SearchRequest.model_validate(
        {"query": question.text, "limit": DEPTH, "arms": list(arms)}
    )
    hits = desk.search(collection, request).hits
    gold = frozenset((document, page) for document, page, _ in question.pages)
    return first_rank([(PurePath(hit.name).stem, hit.page) for hit in hits], gold)


def _values(asked: Iterable[Asked], label: str) -> list[str]:
    return sorted(
        {str(one.question.labels[label]) for one in asked if label in one.question.labels}
    )


def _having(asked: Iterable[Asked], label: str, value: object) -> list[Asked]:
    return [one for one in asked if one.question.labels.get(label) == value]


def _figures(name: str, arms: ArmSet, some: Sequence[Asked]) -> Slice:
    ranks = [one.ranks[arms] for one in some]
    return Slice(
        name=name,
        arms=arms,
        n_questions=len(some),
        recall_at_1=mean([recall_at(rank, 1) for rank in ranks]),
        recall_at_5=mean([recall_at(rank, 5) for rank in ranks]),
        ndcg_at_5=mean([ndcg_at(rank, 5) for rank in ranks]),
    )
