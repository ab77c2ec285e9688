import pytest

from eval.bench.soak import SoakFigures
from index.errors import PagesightError


# after a third of 90 s the line 100 + t/30 goes from 101 at 30 s to 103 at 90 s: 2 of 101
def test_growth_is_that_of_the_line_after_the_warm_up() -> None:
    warming = [(0.0, 10.0), (10.0, 300.0), (20.0, 50.0)]
    seen = [*warming, *((float(t), 100 + t / 30) for t in range(30, 91, 10))]

    figures = SoakFigures.of(seen)
    assert (figures.n_rounds, figures.minutes, figures.peak_mib) == (10, 1.5, 300)
    assert figures.first_mib == pytest.approx(101)
    assert figures.last_mib == pytest.approx(103)
    assert figures.growth == pytest.approx(2 / 101)


def test_few_rounds_make_no_line() -> None:
    with pytest.raises(PagesightError, match="more --minutes"):
        SoakFigures.of([(0.0, 1.0), (1.0, 1.0)])
