"""What is measured: for every question of a run a value, and whether it has a say.

A measure is a weighted mean over questions, so that shares of some of the questions only (the
answerable, the refused) are means too, and one bootstrap serves all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from eval.datasets.base import EvalQuestion, Judging
from eval.metrics.answers import anls, exact_match, holds_answer
from eval.metrics.grounding import HIT_IOU, iou
from eval.metrics.intervals import Weighted
from eval.metrics.ranking import NAMES as RANKING
from eval.metrics.ranking import ranking_values
from eval.record import Found, Given, Outcome, RunRecord

Part = Literal["retrieval", "answers", "grounding", "refusals"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, and what its figure means in a few words; more is better unless said otherwise."""

    name: str
    part: Part
    meaning: str
    more_is_better: bool = True


MEASURES = (
    Measure("nDCG@5", "retrieval", "how near the top the right pages stand"),
    Measure("nDCG@10", "retrieval", "the same over ten pages"),
    Measure("recall@1", "retrieval", "the first page is right"),
    Measure("recall@5", "retrieval", "a right page is among the first five"),
    Measure("recall@10", "retrieval", "a right page is among the first ten"),
    Measure("MRR@10", "retrieval", "one over the rank of the first right page"),
    Measure("right", "answers", "the answer holds an accepted one"),
    Measure("ANLS", "answers", "how near the answer or its first quote is to an accepted one"),
    Measure("exact", "answers", "one of these is an accepted one but for case and punctuation"),
    Measure("right page cited", "grounding", "a citation stands on a right page"),
    Measure("box hit", "grounding", "a citation overlaps a known box by half of both or more"),
    Measure("box IoU", "grounding", "overlap of the best citation with a known box"),
    Measure("refusal recall", "refusals", "what has no answer is refused"),
    Measure("refusal precision", "refusals", "what is refused has no answer"),
    Measure("wrongly refused", "refusals", "what has an answer is refused", more_is_better=False),
    Measure("wrongly answered", "refusals", "what has no answer is answered", more_is_better=False),
)


def measure(record: RunRecord, name: str, arms: str) -> Weighted:
    """Return a measure of every question of a run.

    Args:
        record: the run.
        name: of one of `MEASURES`.
        arms: the set of arms to look at, for measures of retrieval.
    """
    scored = [_scored(name, outcome, arms, record.judged) for outcome in record.outcomes]
    values, weights = np.array(scored, dtype=np.float64).reshape(-1, 2).T
    return Weighted(values, weights)


def _scored(name: str, outcome: Outcome, arms: str, judged: Judging) -> tuple[float, float]:
    """Return the value of one question and its weight."""
    if name in RANKING.values():
        return _of_ranking(name, outcome.question, outcome.found.get(arms), judged)
    if outcome.answer is None:
        return 0.0, 0.0
    return _OF_ANSWERS[name](outcome.question, outcome.answer)


def _of_ranking(
    name: str, question: EvalQuestion, found: Found | None, judged: Judging
) -> tuple[float, float]:
    if found is None or not question.is_answerable:
        return 0.0, 0.0
    pages = [(page.document, page.page) for page in found.pages]
    return ranking_values(pages, question.pages, judged)[name], 1.0


def _of_text(
    measured: Callable[[str, Sequence[str]], float],
) -> Callable[[EvalQuestion, Given], tuple[float, float]]:
    """A measure of the text: a refusal is worth nothing; unanswerable questions have no say."""

    def scored(question: EvalQuestion, given: Given) -> tuple[float, float]:
        if not question.is_answerable or not question.answers:
            return 0.0, 0.0
        return 0.0 if given.refused else float(measured(given.text, question.answers)), 1.0

    return scored


def _of_text_or_quote(
    measured: Callable[[str, Sequence[str]], float],
) -> Callable[[EvalQuestion, Given], tuple[float, float]]:
    """The same of the text or the first quote, whichever is better: who quotes answers there."""
    of_text = _of_text(measured)

    def scored(question: EvalQuestion, given: Given) -> tuple[float, float]:
        texts = (given.text, *(one.quote for one in given.cited[:1]))
        found = [of_text(question, replace(given, text=text)) for text in texts]
        return max(found)

    return scored


def _page_cited(question: EvalQuestion, given: Given) -> tuple[float, float]:
    right = {(document, page) for document, page, _ in question.pages}
    is_cited = any((one.document, one.page) in right for one in given.cited)
    return float(is_cited), float(question.is_answerable)


def _box_iou(question: EvalQuestion, given: Given) -> tuple[float, float]:
    overlaps = [
        iou(cited.box, gold.box)
        for cited in given.cited
        for gold in question.boxes
        if (cited.document, cited.page) == (gold.document, gold.page)
    ]
    return max(overlaps, default=0.0), float(bool(question.boxes))


def _box_hit(question: EvalQuestion, given: Given) -> tuple[float, float]:
    overlap, weight = _box_iou(question, given)
    return float(overlap >= HIT_IOU), weight


_OF_ANSWERS: dict[str, Callable[[EvalQuestion, Given], tuple[float, float]]] = {
    "right": _of_text(holds_answer),
    "ANLS": _of_text_or_quote(anls),
    "exact": _of_text_or_quote(exact_match),
    "right page cited": _page_cited,
    "box hit": _box_hit,
    "box IoU": _box_iou,
    "refusal recall": lambda question, given: (given.refused, not question.is_answerable),
    "refusal precision": lambda question, given: (not question.is_answerable, given.refused),
    "wrongly refused": lambda question, given: (given.refused, question.is_answerable),
    "wrongly answered": lambda question, given: (not given.refused, not question.is_answerable),
}
