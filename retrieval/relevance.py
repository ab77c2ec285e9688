"""Relevance: a score that means something by itself.

    relevance = (share - level) / (1 - level), from 0 to 1

`share` is the page's MaxSim as a share of the most that the question could reach (every cosine 1,
the sum of its weights), `level` what the index reaches for questions about something else
(`retrieval.background`). So 0 is a page that fits no better than the best page fits half of the
questions about other things, 1 a page that holds the question as it stands, and .5 a page halfway.
"""

from collections.abc import Sequence

from index.records import Question

LEAST_SPAN = 1e-6  # an index that answers all of the background questions word for word


def relevance(
    questions: Sequence[Question], scores: Sequence[float], levels: Sequence[float]
) -> float:
    """Return the relevance of a page, by the layer that thinks most of it.

    Args:
        questions: for each layer the question as it sees it.
        scores: for each layer the page's MaxSim; minus infinity where the page has no rows.
        levels: for each layer its background.
    """
    return max(map(_above, questions, scores, levels))


def _above(question: Question, score: float, level: float) -> float:
    bound = float(question.weights.sum())
    if bound <= 0:
        return 0.0
    above = (score / bound - level) / max(1 - level, LEAST_SPAN)
    return min(max(above, 0.0), 1.0)
