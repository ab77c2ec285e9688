"""MaxSim, the late-interaction score of a page.

Khattab and Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized Late
Interaction over BERT", 2020, equation 3, with a weight for each token of the question:

    score(question, page) = sum over tokens i of  weight_i * max over rows j of <token_i, row_j>

Every page is one matrix product of its own, never padded and never joined with others, so its score
has the same bytes alone and among any others. A page without rows scores minus infinity: zero would
put it above pages whose best rows point away from the question.
"""

from collections.abc import Iterable

import numpy as np

from index.records import Float32, Question


def maxsim(question: Question, pages: Iterable[Float32]) -> Float32:
    """Score each page.

    Args:
        question: `n_tokens` weighted rows; tokens of weight 0 are skipped.
        pages: for each page its `(n_rows, dim)` rows, float32 or float16; `n_rows` may differ.

    Returns:
        `(n_pages,)` float32.
    """
    counting = question.weights != 0
    tokens, weights = question.vectors[counting], question.weights[counting]
    return np.array([_score(tokens, weights, rows) for rows in pages], np.float32)


def row_similarities(question: Question, rows: Float32) -> Float32:
    """Return how similar each row is to each token, unweighted, `(n_tokens, n_rows)` float32."""
    _check_dim(question.vectors, rows)
    return question.vectors @ rows.astype(np.float32, copy=False).T


def _score(tokens: Float32, weights: Float32, rows: Float32) -> np.float32:
    _check_dim(tokens, rows)
    if not len(rows):
        return np.float32(-np.inf)
    similarities = tokens @ rows.astype(np.float32, copy=False).T  # (n_tokens, n_rows)
    return np.float32(similarities.max(axis=1) @ weights)


def _check_dim(tokens: Float32, rows: Float32) -> None:
    if rows.ndim != 2 or rows.shape[1] != tokens.shape[1]:
        raise ValueError(f"rows must be (n_rows, {tokens.shape[1]}), got {rows.shape}")
