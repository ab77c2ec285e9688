"""Relevance: a score that means something by itself.

    relevance = (share - level) / (1 - level), from 0 to 1

`share` is the MaxSim of the page's own rows as a share of the most that the question could reach
(every cosine 1: the sum of its weights), `level` what the index reaches for questions about
something else (`retrieval.background`). So 0 is a page that fits no better than the best page fits
half of the questions about other things, 1 a page that holds the question as it stands, and .5 a
page halfway.
"""

from collections.abc import Sequence

import numpy as np

from index.records import Float32, Question

LEAST_SPAN = 1e-6  # of an index that holds the background's questions word for word


def relevance(
    questions: Sequence[Question], rows: Sequence[Float32], levels: Sequence[float]
) -> float:
    """Return the relevance of a page, by the layer that thinks most of it.

    Args:
        questions: for each layer the question as it sees it.
        rows: for each layer the page's `(n_rows, dim)` rows.
        levels: for each layer its background.
    """
    return max(map(_above, questions, rows, levels))


def shares(questions: Sequence[Question], rows: Float32) -> Float32:
    """Return what a page scores for each question, as a share of the most it could score.

    Args:
        questions: each with some weight.
        rows: `(n_rows, dim)` of the page; one at least.

    Returns:
        `(n_questions,)`, at most 1.
    """
    tokens = np.concatenate([one.vectors for one in questions])
    weights = np.concatenate([one.weights for one in questions])
    starts = np.cumsum([0, *(len(one.weights) for one in questions[:-1])])
    best = (tokens @ rows.T).max(axis=1) * weights  # (n_tokens,)
    return np.asarray(np.add.reduceat(best, starts) / np.add.reduceat(weights, starts), np.float32)


def _above(question: Question, rows: Float32, level: float) -> float:
    if not len(rows) or not question.weights.any():
        return 0.0
    share = float(shares([question], rows)[0])
    return min(max((share - level) / max(1 - level, LEAST_SPAN), 0.0), 1.0)
