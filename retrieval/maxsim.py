"""MaxSim, the late-interaction score of a page.

Khattab and Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized Late
Interaction over BERT", 2020, equation 3, with a weight for each token of the question:

    score(question, page) = sum over tokens i of  weight_i * max over rows j of <token_i, row_j>

A document's context (its name and title, `index.encoders.context`) may join the rows of each of its
pages: the maximum is then over both.

Every page is one matrix product of its own, never padded and never joined with others, so its score
has the same bytes alone and among any others. A page without rows scores minus infinity: zero would
put it above pages whose best rows point away from the question.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.records import Float32, Question
from retrieval.halves import Widener

AnyRows = Float32 | NDArray[np.float16]


def maxsim(
    question: Question,
    pages: Iterable[AnyRows],
    *,
    contexts: Sequence[AnyRows] = (),
    owner: Sequence[int] = (),
) -> Float32:
    """Score each page.

    Args:
        question: `n_tokens` weighted rows; tokens of weight 0 are skipped.
        pages: for each page its `(n_rows, dim)` rows, float32 or float16; `n_rows` may differ.
        contexts: for each document the rows of its context, maybe none; leave out for no contexts.
        owner: for each page the index of its document in `contexts`.

    Returns:
        `(n_pages,)` float32.
    """
    counting = question.weights != 0
    tokens, weights = question.vectors[counting], question.weights[counting]
    widener = Widener()
    bests = [_best(tokens, rows, widener) for rows in pages]
    if contexts:
        told = [_best(tokens, rows, widener) for rows in contexts]
        bests = [_joined(best, told[n]) for best, n in zip(bests, owner, strict=True)]
    return np.array([best @ weights for best in bests], np.float32)


def row_similarities(question: Question, rows: AnyRows) -> Float32:
    """Return how similar each row is to each token, unweighted, `(n_tokens, n_rows)` float32."""
    _check_dim(question.vectors, rows)
    return question.vectors @ rows.astype(np.float32, copy=False).T


def _best(tokens: Float32, rows: AnyRows, widener: Widener) -> Float32:
    """Return each token's best row's similarity, minus infinity without rows, `(n_tokens,)`."""
    _check_dim(tokens, rows)
    similarities = tokens @ widener.widen(rows).T  # (n_tokens, n_rows)
    best: Float32 = similarities.max(axis=1, initial=-np.inf)
    return best


def _joined(page: Float32, context: Float32) -> Float32:
    """Let a page be found by its context too, unless it has no rows of its own."""
    return np.maximum(page, context) if np.isfinite(page).all() else page


def _check_dim(tokens: Float32, rows: AnyRows) -> None:
    if rows.ndim != 2 or rows.shape[1] != tokens.shape[1]:
        raise ValueError(f"rows must be (n_rows, {tokens.shape[1]}), got {rows.shape}")
