import math

import numpy as np
import pytest
from scipy.stats import bootstrap  # type: ignore[import-untyped]  # ships no types

from eval.metrics.intervals import Weighted, interval, paired_interval


def weighted(values: list[float], weights: list[float] | None = None) -> Weighted:
    return Weighted(np.array(values), np.array(weights or [1.0] * len(values)))


def test_a_figure_is_the_weighted_mean_and_says_how_many_have_a_say() -> None:
    measured = weighted([1, 0, 1, 1], [1, 1, 0, 2])

    assert measured.mean == pytest.approx(3 / 4)
    assert measured.n == 3


def test_a_figure_of_nothing_is_not_a_number() -> None:
    nothing = weighted([1, 1], [0, 0])

    assert math.isnan(nothing.mean)
    assert all(math.isnan(end) for end in interval(nothing))
    assert math.isnan(Weighted(np.zeros(0), np.zeros(0)).mean)


def test_some_of_the_questions_are_a_measure_too() -> None:
    assert weighted([1, 0, 1]).of([0, 1]).mean == 0.5


# scipy's percentile bootstrap of the same data; both draw at random, hence the tolerance
def test_an_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(3).random(80)
    low, high = interval(Weighted(values, np.ones(80)))

    known = bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=4)
    assert low == pytest.approx(known.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(known.confidence_interval.high, abs=0.01)


def test_pairing_takes_out_what_both_have_in_common() -> None:
    values = np.random.default_rng(5).random(60)
    one, other = Weighted(values, np.ones(60)), Weighted(values + 0.1, np.ones(60))

    assert paired_interval(one, other) == pytest.approx((0.1, 0.1))
    low, high = interval(one)
    assert high - low > 0.05


def test_the_same_seed_gives_the_same_interval() -> None:
    measured = weighted([0, 1, 1, 0, 1, 0.5])

    assert interval(measured) == interval(measured)
    assert interval(measured, seed=1) != interval(measured, seed=2)


def test_runs_of_other_lengths_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="equal questions: 2, 3"):
        paired_interval(weighted([1, 0]), weighted([1, 0, 1]))


def test_values_and_weights_must_match() -> None:
    with pytest.raises(ValueError, match="as many weights as values"):
        weighted([1, 0], [1])
