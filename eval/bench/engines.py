"""Our ways of finding pages, and NumPy's, which every one is compared with."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from eval.bench.collection import BenchCollection
from eval.bench.measuring import Engine, K, Places
from index.records import Float32, Question
from retrieval.int8.packing import pack_question
from retrieval.int8.scoring import maxima
from retrieval.search import N_EXACT
from retrieval.stages import PageScorer

NUMPY, INT8, STAGES = "numpy float32", "int8, exact 32", "two stages, exact 32"
NUMPY_PAGES = 4  # the similarities of more do not fit the cache, of fewer keep the cores waiting
TOGETHER = 16
NONE: Places = np.empty(0, np.int64)


def best(scores: Float32, k: int) -> Places:
    """Return the places of the `k` highest scores, best first."""
    k = min(k, len(scores))
    leading = np.argpartition(-scores, k - 1)[:k]
    return leading[np.argsort(-scores[leading], kind="stable")]


def own_engines(collection: BenchCollection, n_pages: int, *, threads: int) -> list[Engine]:
    """Return what the service does with few pages and with many, and the first for 16 at once."""
    view, n = collection.view, len(collection.slots)
    exact_bytes = view.exact.nbytes / n
    rows_bytes, pooled_bytes = view.rows.groups.nbytes / n, view.pooled.groups.nbytes / n
    build = 1000 * collection.build_cpu_s / n

    def each(look: Callable[[PageScorer], Float32], questions: Sequence[Question]) -> list[Places]:
        scorers = [collection.scorer(one, n_pages, threads=threads) for one in questions]
        return [leading_exactly(scorer, look(scorer)) for scorer in scorers]

    full = exact_bytes + rows_bytes
    return [
        Engine(STAGES, partial(each, _staged), 1, full + pooled_bytes, build),
        Engine(INT8, partial(each, PageScorer.all_refined), 1, full, build),
        Engine(INT8, partial(_together, collection, n_pages, threads), TOGETHER, full, build),
    ]


def numpy_engine(float32: Float32, *, together: int = 1) -> Engine:
    """Return a matrix product of all rows, a few pages at a time."""

    def find(questions: Sequence[Question]) -> list[Places]:
        return [best(scores, K) for scores in numpy_scores(float32, questions)]

    return Engine(NUMPY, find, together, float32[0].nbytes)


def numpy_scores(float32: Float32, questions: Sequence[Question]) -> Float32:
    """Score `(n_pages, n_rows, dim)` exactly, `(n_questions, n_pages)`."""
    tokens = np.concatenate([question.vectors for question in questions])
    n_rows, dim = float32.shape[1:]
    found = []
    for first in range(0, len(float32), NUMPY_PAGES):
        block = float32[first : first + NUMPY_PAGES]
        similarities = tokens @ block.reshape(-1, dim).T  # (n_tokens, n_block * n_rows)
        found.append(similarities.reshape(len(tokens), len(block), n_rows).max(axis=2))
    scores = np.concatenate(found, axis=1)  # (n_tokens of all, n_pages)
    return np.asarray(scores.reshape(len(questions), -1, len(float32)).sum(axis=1), np.float32)


def leading_exactly(scorer: PageScorer, scores: Float32) -> Places:
    """Score the leading pages exactly and return the first 10."""
    leading = best(scores, N_EXACT)
    return leading[best(scorer.exact(leading), K)]


def _staged(scorer: PageScorer) -> Float32:
    return scorer.refined(scorer.rough(), NONE)


def _together(
    collection: BenchCollection, n_pages: int, threads: int, questions: Sequence[Question]
) -> list[Places]:
    """Read each page once for all questions."""
    packed = pack_question(np.concatenate([question.vectors for question in questions]))
    slots = collection.slots[:n_pages]
    found = maxima(packed, collection.view.rows, selection=slots, threads=threads)
    scores = found.reshape(len(slots), len(questions), -1).sum(axis=2)  # (n_pages, n_questions)
    return [
        leading_exactly(collection.scorer(question, n_pages, threads=threads), column)
        for question, column in zip(questions, scores.T, strict=True)
    ]
