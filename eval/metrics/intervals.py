"""How sure a figure is: bootstrap intervals over the questions.

Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, the percentile interval;
paired for differences, as Sakai, "Evaluating evaluation metrics based on the bootstrap", 2006.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
CONFIDENCE = 0.95
SEED = 20
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A measure of some questions: `(n_questions,)` values and what each weighs.

    A figure is the weighted mean; a question of weight 0 has no say in it.
    """

    values: Values
    weights: Values

    def __post_init__(self) -> None:
        if self.values.shape != self.weights.shape:
            raise ValueError(
                f"as many weights as values, got {self.weights.shape} for {self.values.shape}"
            )

    def of(self, places: Sequence[int]) -> "Weighted":
        """Return the measure of some of the questions."""
        return Weighted(self.values[list(places)], self.weights[list(places)])

    @property
    def n(self) -> int:
        """How many questions have a say."""
        return int(np.count_nonzero(self.weights))

    @property
    def mean(self) -> float:
        """The figure; not a number where no question has a say."""
        return float(_means(self, np.ones((1, len(self.values))))[0])


class Interval(NamedTuple):
    """Where a figure lies, with a confidence of 95 %."""

    low: float
    high: float


def interval(measured: Weighted, *, seed: int = SEED) -> Interval:
    """Return the interval of a figure; not a number where no question has a say."""
    return _percentiles(_means(measured, _draws(len(measured.values), seed)))


def paired_interval(one: Weighted, other: Weighted, *, seed: int = SEED) -> Interval:
    """Return the interval of `other - one`, both measured on the same questions in one order.

    Raises:
        ValueError: they are not of as many questions.
    """
    if len(one.values) != len(other.values):
        raise ValueError(f"paired needs equal questions: {len(one.values)}, {len(other.values)}")
    draws = _draws(len(one.values), seed)
    return _percentiles(_means(other, draws) - _means(one, draws))


@lru_cache(maxsize=4)
def _draws(n_questions: int, seed: int) -> Values:
    """`(n_resamples, n_questions)`: how often each resample holds each question."""
    rng = np.random.default_rng(seed)
    shares = np.full(n_questions, 1 / max(n_questions, 1))
    return rng.multinomial(n_questions, shares, RESAMPLES).astype(np.float64)


def _means(measured: Weighted, draws: Values) -> Values:
    """`(n_resamples,)`: the figure of each resample, not a number where none has a say."""
    totals, weights = draws @ (measured.values * measured.weights), draws @ measured.weights
    means: Values = np.divide(totals, weights, out=np.full(len(draws), np.nan), where=weights > 0)
    return means


def _percentiles(drawn: Values) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Interval(float("nan"), float("nan"))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(known, (tail, 100 - tail))
    return Interval(float(low), float(high))
