"""The best row of every page for every token of a question, over int8 rows, threaded.

Two kernels give the same integers: `native`, in C with AVX2, and `numpy`, for processors without it
and for installations that had no compiler, where the C part is left out.
"""

import importlib.util
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.records import Float32
from retrieval.int8.packing import PackedPages, PackedQuestion, unpack_groups, words

Kernel = Literal["native", "numpy"]
Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]
NO_ROWS = np.iinfo(np.int16).min
LEAST_SHARE = 128  # pages, some milliseconds: a thread of their own is worth less than its start


def is_native_built() -> bool:
    """Return whether the installation had a compiler."""
    return importlib.util.find_spec("retrieval.int8.kernel") is not None


@cache
def find_kernel() -> Kernel:
    """Return the fastest kernel that this installation has on this machine."""
    if not is_native_built():
        return "numpy"
    from retrieval.int8 import kernel  # noqa: PLC0415 - may not have been built

    return "native" if kernel.works() else "numpy"


def maxima(
    question: PackedQuestion,
    pages: PackedPages,
    *,
    selection: Int64 | None = None,
    threads: int = 1,
    kernel: Kernel | None = None,
) -> Float32:
    """Return the similarity of each token's best row on each page.

    Args:
        question: tokens; those of several questions may follow each other.
        pages: what to search.
        selection: the pages that count, in this order; all unless told.
        threads: how many share the pages, where there are many; changes no byte of the result.
        kernel: the fastest unless told.

    Returns:
        `(n_selected, n_tokens)` float32, minus infinity for a page without rows.

    Raises:
        ValueError: a selected page does not exist, or the dimensions differ.
    """
    if question.tokens.shape[1] != pages.dim:
        raise ValueError(f"tokens have {question.tokens.shape[1]} dimensions, rows {pages.dim}")
    chosen = np.arange(len(pages.scales)) if selection is None else selection
    chosen = np.ascontiguousarray(chosen, np.int64)
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(pages.scales):
        raise ValueError(f"pages are 0 to {len(pages.scales) - 1}, selected {chosen}")
    score = _scorer(kernel or find_kernel(), question, pages)
    best = _threaded(score, chosen, threads)  # (n_selected, n_tokens)
    similarities = best / (pages.scales[chosen, None] * question.scales)
    return np.where(best == NO_ROWS, np.float32(-np.inf), similarities)


def multiply_add_bound(n: int = 10_000_000) -> float:
    """Measure how many int8 multiply-adds a second a core does in registers, 0 without AVX2."""
    if find_kernel() != "native":
        return 0.0
    from retrieval.int8 import kernel  # noqa: PLC0415 - may not have been built

    begin = time.thread_time()
    done = kernel.multiply_adds(n)
    return done / (time.thread_time() - begin)


def _scorer(
    kernel: Kernel, question: PackedQuestion, pages: PackedPages
) -> Callable[[Int64], Int16]:
    if kernel == "numpy":
        return partial(_score_numpy, question, pages)
    return partial(_score_native, words(question), len(question.tokens), pages)


def _score_native(
    tokens: NDArray[np.uint32], n_tokens: int, pages: PackedPages, selection: Int64
) -> Int16:
    from retrieval.int8 import kernel  # noqa: PLC0415 - may not have been built

    out = np.empty((len(selection), len(tokens)), np.int16)
    kernel.maxima(tokens, pages.groups, pages.offsets, selection, out)
    return out[:, :n_tokens]


def _score_numpy(question: PackedQuestion, pages: PackedPages, selection: Int64) -> Int16:
    """Score with float32 products of whole numbers, which are exact below 2^24."""
    n_tokens, dim = question.tokens.shape
    tokens = np.zeros((n_tokens, dim + dim % 2), np.float32)
    tokens[:, :dim] = question.tokens
    out = np.empty((len(selection), n_tokens), np.int16)
    for page, best in zip(selection, out, strict=True):
        groups = pages.groups[pages.offsets[page] : pages.offsets[page + 1]]
        rows = unpack_groups(groups).astype(np.float32)
        best[:] = (tokens @ rows.T).max(axis=1, initial=NO_ROWS)
    return out


def _threaded(score: Callable[[Int64], Int16], selection: Int64, threads: int) -> Int16:
    """Score a share of the pages in each thread; the kernel lets go of the interpreter's lock."""
    n_shares = min(threads, len(selection) // LEAST_SHARE)
    if n_shares <= 1:
        return score(selection)
    with ThreadPoolExecutor(n_shares) as pool:
        return np.concatenate(list(pool.map(score, np.array_split(selection, n_shares))))
