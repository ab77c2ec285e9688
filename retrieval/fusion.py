"""Fusion: the scores of several arms become one score of a page.

An arm's scores mean nothing to another arm, so each is first told as a *lead*: how far a page
stands above the arm's average page, as a share of how far the arm's best page does (min-max scaling
with the mean for the minimum; Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval", 2023, section 4, finds such convex combinations better than reciprocal ranks). The best
page of an arm leads by 1 whatever the arm's unit and the size of the collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.records import Float32

TERM_WEIGHT = 0.4  # beside a MaxSim of weight 1, which sees equal words too; flat from 0.2 to 0.5
NEIGHBOUR_SHARE = 0.2  # best of 0.1 to 0.3, which all do no worse than none


@dataclass(frozen=True, slots=True)
class Arm:
    """What one way of searching says of the candidate pages.

    Attributes:
        name: such as `maxsim` or `bm25`, as hits report it.
        scores: `(n_pages,)` float32; minus infinity for a page that the arm cannot see.
        weight: how much the arm counts beside the others; 0 switches it off.
    """

    name: str
    scores: Float32
    weight: float = 1.0


def fuse(arms: Sequence[Arm]) -> Float32:
    """Return the weighted mean of the arms' leads, `(n_pages,)` float32, at most 1.

    Raises:
        ValueError: no arm has weight, or the arms are not about the same pages.
    """
    counting = [arm for arm in arms if arm.weight > 0]
    if not counting:
        raise ValueError("fusion needs at least one arm with a weight above 0")
    if len({arm.scores.shape for arm in counting}) > 1:
        raise ValueError(
            f"arms must cover the same pages, got {[a.scores.shape for a in counting]}"
        )
    total = sum(arm.weight for arm in counting)
    summed = sum(arm.weight / total * leads(arm.scores) for arm in counting)
    return np.asarray(summed, np.float32)


def leads(scores: Float32) -> Float32:
    """Tell each score as its lead over the average page: 1 for the best page, 0 for the average.

    Where all pages score alike none leads, and all are 0. A page that the arm cannot see (minus
    infinity) gets the lowest lead that the arm gave, and does not count in the average.
    """
    seen = np.isfinite(scores)
    if not seen.any():
        return np.zeros(len(scores), np.float32)
    known = scores[seen].astype(np.float64)
    best, mean = known.max(), known.mean()
    filled = np.where(seen, scores, known.min()).astype(np.float64)
    span = best - mean
    flat = span <= 1e-9 * max(1.0, abs(best))
    return (
        np.zeros(len(scores), np.float32) if flat else ((filled - mean) / span).astype(np.float32)
    )


def with_neighbours(
    scores: Float32, owner: Sequence[int] | NDArray[np.int64], *, share: float = NEIGHBOUR_SHARE
) -> Float32:
    """Mix into each page's score the mean of the pages before and after it, `(n_pages,)` float32.

    An answer tends to stand among pages about the same thing.

    Args:
        scores: `(n_pages,)`, the pages of a document side by side in page order.
        owner: for each page the index of its document.
        share: how much the neighbours count beside the page's own score.
    """
    documents = np.asarray(owner)
    mine = scores.astype(np.float64)
    together = np.flatnonzero(documents[1:] == documents[:-1])  # page n and n + 1 are neighbours
    sums, counts = np.zeros(len(scores)), np.zeros(len(scores))
    for here, there in ((together, together + 1), (together + 1, together)):
        sums[here] += mine[there]
        counts[here] += 1
    means = np.where(counts > 0, sums / np.maximum(counts, 1), mine)
    return np.asarray((mine + share * means) / (1 + share), np.float32)


def ranked(scores: Float32) -> list[int]:
    """Return the places of the pages from best to worst; ties keep the order given."""
    return [int(place) for place in np.argsort(-scores, kind="stable")]
