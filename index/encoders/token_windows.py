"""Overlapping windows over a long run of tokens, so that each token is read with context."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIZE = 254  # the model's 256 less its two marks
STRIDE = 190  # leaves 32 tokens of context beside each window's share, about two lines of text


class Window(NamedTuple):
    """Tokens `start` to `stop` are read together; `first` to `last` keep the rows made here."""

    start: int
    stop: int
    first: int
    last: int


def cut_windows(n_tokens: int, *, size: int = SIZE, stride: int = STRIDE) -> list[Window]:
    """Cut a run of tokens into windows that keep each token exactly once.

    All windows but that of a short run are equally long: the last one is moved back rather than
    shortened. A token is kept by the window where it stands farthest from a cut.
    """
    if n_tokens <= size:
        return [Window(0, n_tokens, 0, n_tokens)] if n_tokens else []
    starts = [*range(0, n_tokens - size, stride), n_tokens - size]
    middles = [(a + size + b + 1) // 2 for a, b in pairwise(starts)]  # of what two windows share
    shares = pairwise([0, *middles, n_tokens])
    return [Window(a, a + size, *share) for a, share in zip(starts, shares, strict=True)]


def kept_rows(window: Window, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return those of a window's `(stop - start, dim)` rows that it keeps."""
    return rows[window.first - window.start : window.last - window.start]
