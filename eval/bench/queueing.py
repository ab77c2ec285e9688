"""A cluster under load, simulated: a question goes to every shard, and waits for the slowest.

Questions come at random (Poisson). Each shard has replicas, of which the question asks the one that
is free first, and a replica works on as many questions at once as it has cores, the others waiting
in the order of their coming. A shard's work for one question is drawn anew from a log-normal
distribution of a given median and spread. So three things make a question slow: the work itself,
the queue before it, and that the slowest of many shards counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from index.errors import InvalidRequest

Times = NDArray[np.float64]
QUARTILE = 0.6744897501960817  # of the normal distribution, in standard deviations


@dataclass(frozen=True, slots=True)
class Work:
    """How long a shard works on a question, in milliseconds: log-normal.

    Attributes:
        median: half of the questions take less.
        sigma: standard deviation of the logarithm.
    """

    median: float
    sigma: float

    @classmethod
    def of_quartiles(cls, lower: float, median: float, upper: float) -> "Work":
        """Return the distribution with these quartiles, or the nearest that there is."""
        return cls(median, log(upper / lower) / (2 * QUARTILE))

    @property
    def mean(self) -> float:
        """The mean, which is above the median."""
        return self.median * exp(self.sigma**2 / 2)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Times:
        """Return so many times."""
        return self.median * np.exp(self.sigma * rng.standard_normal(shape))


@dataclass(frozen=True, slots=True)
class Cluster:
    """Shards that all work on every question.

    Attributes:
        shards: of the collection.
        replicas: of each shard; one of them works on a question.
        cores: of each replica's share of its node.
        merge_ms: of the one who asks, for each shard: its answer is read and merged.
        own_ms: of the one who asks, for the rest of a question.
    """

    shards: int
    replicas: int = 1
    cores: int = 1
    merge_ms: float = 0.0
    own_ms: float = 0.0

    def load(self, work: Work, per_s: float) -> float:
        """Return the share of a shard's cores that so many questions a second take."""
        return per_s * work.mean / 1000 / (self.replicas * self.cores)


def simulate(
    cluster: Cluster,
    draw: Callable[[np.random.Generator, tuple[int, ...]], Times],
    *,
    per_s: float,
    n_questions: int,
    seed: int,
) -> Times:
    """Return the milliseconds that each question takes, `(n_questions,)`.

    Args:
        cluster: what answers.
        draw: the times of a shard's work.
        per_s: questions a second, on average.
        n_questions: how many are asked.
        seed: equal seeds give equal times.

    Raises:
        InvalidRequest: no question is asked.
    """
    if n_questions < 1 or per_s <= 0:
        raise InvalidRequest(f"ask at least one question, got {n_questions} at {per_s} a second")
    rng = np.random.default_rng(seed)
    came = np.cumsum(rng.exponential(1000 / per_s, n_questions))
    ended = np.zeros(n_questions)
    for _ in range(cluster.shards):
        np.maximum(ended, _ends(cluster, came, draw(rng, (n_questions,))), out=ended)
    return ended - came + cluster.own_ms + cluster.merge_ms * cluster.shards


def _ends(cluster: Cluster, came: Times, work: Times) -> Times:
    """Return when one shard has done its work on each question; who is free first takes it."""
    free_at = [0.0] * (cluster.replicas * cluster.cores)
    heapify(free_at)
    ended = np.empty_like(came)
    for n, (at, takes) in enumerate(zip(came.tolist(), work.tolist(), strict=True)):
        ends = max(at, free_at[0]) + takes
        heapreplace(free_at, ends)
        ended[n] = ends
    return ended
