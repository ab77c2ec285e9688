"""The simulation against what queueing theory knows."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from eval.bench.queueing import Cluster, Times, Work, simulate
from index.errors import InvalidRequest

WORK = Work(median=8.0, sigma=0.5)
N = 50_000


def exponential(rng: np.random.Generator, shape: tuple[int, ...]) -> Times:
    return rng.exponential(10.0, shape)


def mean_ms(cluster: Cluster, per_s: float, work: Work = WORK) -> float:
    return float(simulate(cluster, work.draw, per_s=per_s, n_questions=N, seed=1).mean())


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_shard_waits_as_pollaczek_and_khinchine_say(load: float) -> None:
    mean, square = WORK.mean, WORK.median**2 * exp(2 * WORK.sigma**2)
    per_ms = load / mean
    expected = mean + per_ms * square / (2 * (1 - load))

    assert mean_ms(Cluster(1), 1000 * per_ms) == pytest.approx(expected, rel=0.06)


def test_two_cores_wait_as_erlang_says() -> None:
    load = 0.7  # of both; M/M/2: the mean time is that of the work over 1 - load squared
    found = simulate(Cluster(1, cores=2), exponential, per_s=140, n_questions=N, seed=2)

    assert found.mean() == pytest.approx(10 / (1 - load**2), rel=0.06)


@pytest.mark.parametrize("shards", [1, 4, 32])
def test_without_a_queue_a_question_takes_the_longest_of_its_shards(shards: int) -> None:
    harmonic = sum(1 / n for n in range(1, shards + 1))  # the mean of the largest exponential
    found = simulate(Cluster(shards), exponential, per_s=0.001, n_questions=20_000, seed=3)

    assert found.mean() == pytest.approx(10 * harmonic, rel=0.03)


def test_more_replicas_wait_less_and_more_load_waits_longer() -> None:
    one = Cluster(8)
    two = replace(one, replicas=2)
    per_s = 1000 * 0.7 / WORK.mean

    assert two.load(WORK, per_s) == pytest.approx(0.35)
    assert mean_ms(two, per_s) < mean_ms(one, per_s) < mean_ms(one, 1.3 * per_s)


def test_the_same_seed_gives_the_same_times() -> None:
    times = [
        simulate(Cluster(4), WORK.draw, per_s=20, n_questions=50, seed=seed) for seed in (5, 5, 6)
    ]

    assert np.array_equal(times[0], times[1])
    assert not np.array_equal(times[0], times[2])


def test_merging_costs_for_each_shard() -> None:
    cluster = Cluster(10)
    plain = mean_ms(cluster, 1)

    assert mean_ms(replace(cluster, merge_ms=0.5, own_ms=3), 1) == pytest.approx(plain + 8)


def test_quartiles_give_the_distribution_that_has_them() -> None:
    lower, median, upper = np.percentile(WORK.draw(np.random.default_rng(4), (N,)), (25, 50, 75))
    found = Work.of_quartiles(float(lower), float(median), float(upper))

    assert found.median == pytest.approx(WORK.median, rel=0.01)
    assert found.sigma == pytest.approx(WORK.sigma, rel=0.02)


def test_no_question_is_no_simulation() -> None:
    with pytest.raises(InvalidRequest, match="at least one question"):
        simulate(Cluster(1), WORK.draw, per_s=1, n_questions=0, seed=1)
