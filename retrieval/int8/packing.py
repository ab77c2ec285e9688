"""Rows and questions as int8, laid out for the kernel, and why 16 bits hold every sum.

A row becomes `round(200 row)` and a token `round(150 token)`, so their dot product is 30,000 times
the similarity, plus what the rounding did. A vector of length at most 1 and `dim` components,
scaled by s, has length at most `s + h` after rounding, `h = sqrt(dim) / 2`. By Cauchy-Schwarz

    |dot| <= (150 + h) (200 + h),

which is 32,012 at 128 dimensions. `_shrink` lowers both scales where it would pass 32,766. So a
sum may wrap at 16 bits as often as it likes in between: modulo 65,536 its end is right. And -32,768
never comes out: it marks a page without rows.

The similarity is off by at most `h/s + h/t + h^2/(s t)` for the scales s and t that were used
(`error_bound`).

The processor multiplies unsigned by signed bytes and adds the products in pairs, saturating at
32,767. Tokens get an offset of 64 to be unsigned: their components are within 63, those of rows
within 127, so a pair is at most 127 * 127 * 2 = 32,258 and never saturates. What the offset adds,
64 times the sum of a row, is where the row's sum starts from, negated.

Larger components would be clipped, so a token, or a page, that has one gets a lower scale of its
own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.records import UNIT_TOLERANCE, Float32

TOKEN_SCALE, TOKEN_LIMIT, OFFSET = 150.0, 63, 64
ROW_SCALE, ROW_LIMIT = 200.0, 127
GROUP = 32  # rows that are scored side by side
TILE = 4  # tokens that are scored at once


@dataclass(frozen=True, slots=True)
class PackedPages:
    """Pages' rows as the kernel reads them; `groups` may be a mapped file.

    Each page's groups follow those of the page before it.

    Attributes:
        dim: components of a row before packing.
        groups: `(n_groups, group_bytes(dim))` uint8.
        offsets: `(n_pages + 1,)` int64, the first group of each page, and the end.
        scales: `(n_pages,)` float32.
    """

    dim: int
    groups: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    scales: Float32

    def __post_init__(self) -> None:
        if self.groups.ndim != 2 or self.groups.shape[1] != group_bytes(self.dim):
            raise ValueError(f"groups of {group_bytes(self.dim)} bytes, got {self.groups.shape}")
        if self.offsets.shape != (len(self.scales) + 1,):
            raise ValueError(f"{len(self.scales)} scales need an offset more, {self.offsets.shape}")


@dataclass(frozen=True, slots=True)
class PackedQuestion:
    """A question's tokens, or those of several questions one after another.

    Attributes:
        tokens: `(n_tokens, dim)` int8.
        scales: `(n_tokens,)` float32.
    """

    tokens: NDArray[np.int8]
    scales: Float32


def pack_question(vectors: Float32) -> PackedQuestion:
    """Pack `(n_tokens, dim)` tokens of length at most 1.

    Raises:
        ValueError: a token is longer, or not finite.
    """
    _check_lengths(vectors)
    peaks = np.abs(vectors).max(axis=1, initial=0.0)
    scales = _scales(TOKEN_SCALE * _shrink(vectors.shape[1]), TOKEN_LIMIT, peaks)
    return PackedQuestion(np.rint(vectors * scales[:, None]).astype(np.int8), scales)


def pack_page(rows: Float32) -> tuple[NDArray[np.uint8], np.float32]:
    """Pack a page's `(n_rows, dim)` rows of length at most 1 into its groups and their scale.

    Raises:
        ValueError: a row is longer, or not finite.
    """
    _check_lengths(rows)
    n_rows, dim = rows.shape
    peak = np.abs(rows).max(initial=0.0)
    scale = _scales(ROW_SCALE * _shrink(dim), ROW_LIMIT, np.array([peak]))[0]
    n_groups = -(-n_rows // GROUP)
    padded = np.zeros((n_groups * GROUP, dim + dim % 2), np.int8)
    padded[:n_rows, :dim] = np.rint(rows * scale)
    padded[n_rows:] = padded[n_rows - 1 : n_rows]  # a row twice changes no maximum
    groups = np.empty((n_groups, group_bytes(dim)), np.uint8)
    starts = -OFFSET * padded.sum(axis=1, dtype=np.int32)
    groups[:, : 2 * GROUP] = starts.astype(np.int16).view(np.uint8).reshape(n_groups, 2 * GROUP)
    n_pairs = padded.shape[1] // 2
    pairs = padded.view(np.int16).reshape(n_groups, GROUP, n_pairs)
    columns = np.ascontiguousarray(pairs.swapaxes(1, 2))
    groups[:, 2 * GROUP :] = columns.reshape(n_groups, n_pairs * GROUP).view(np.uint8)
    return groups, scale


def pack_pages(pages: Sequence[Float32], dim: int) -> PackedPages:
    """Pack pages' rows one after another."""
    packed = [pack_page(rows) for rows in pages]
    groups = [np.empty((0, group_bytes(dim)), np.uint8), *(g for g, _ in packed)]
    offsets = np.cumsum([len(g) for g in groups], dtype=np.int64)
    scales = np.array([scale for _, scale in packed], np.float32)
    return PackedPages(dim, np.concatenate(groups), offsets, scales)


def unpack_groups(groups: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the rows of groups again, `(n_groups * 32, dim)` int8, an odd dim made even."""
    n_pairs = groups.shape[1] // (2 * GROUP) - 1
    pairs = groups[:, 2 * GROUP :].view(np.int16).reshape(len(groups), n_pairs, GROUP)
    rows = np.ascontiguousarray(pairs.swapaxes(1, 2))
    return rows.reshape(len(groups) * GROUP, n_pairs).view(np.int8)


def words(question: PackedQuestion) -> NDArray[np.uint32]:
    """Return tokens as the kernel reads them: a multiple of 4, two components a word, twice."""
    n_tokens, dim = question.tokens.shape
    padded = np.full((-(-n_tokens // TILE) * TILE, dim + dim % 2), OFFSET, np.uint8)
    padded[:n_tokens, :dim] += question.tokens.view(np.uint8)
    return padded.view(np.uint16).astype(np.uint32) * np.uint32(0x10001)


def group_bytes(dim: int) -> int:
    """Return the bytes of a group of 32 rows: where their sums start, then their components."""
    return 2 * GROUP * (1 + -(-dim // 2))


def error_bound(dim: int, token_scale: float, row_scale: float) -> float:
    """Return how far a similarity can be from the exact one."""
    half = np.sqrt(dim) / 2
    return float(half / token_scale + half / row_scale + half**2 / (token_scale * row_scale))


def _shrink(dim: int) -> float:
    """Return the factor of both scales: x <= 1 with (150 x + h) (200 x + h) <= 32,766."""
    half, product, total = np.sqrt(dim) / 2, TOKEN_SCALE * ROW_SCALE, TOKEN_SCALE + ROW_SCALE
    root = np.sqrt((half * total) ** 2 + 4 * product * (np.iinfo(np.int16).max - 1 - half**2))
    return float(min(1.0, (root - half * total) / (2 * product) / (1 + UNIT_TOLERANCE)))


def _scales(scale: float, limit: int, peaks: NDArray[np.floating]) -> Float32:
    lowered = limit / np.maximum(peaks, limit / scale)
    return np.asarray(lowered, np.float32)


def _check_lengths(vectors: Float32) -> None:
    if vectors.ndim != 2 or not vectors.shape[1]:
        raise ValueError(f"vectors must be (n, dim), got {vectors.shape}")
    longest = np.linalg.norm(vectors, axis=1).max(initial=0.0)
    if not longest <= 1 + UNIT_TOLERANCE:  # not a number is refused too
        raise ValueError(f"vectors must have length 1 at most, got {longest:.4f}")
