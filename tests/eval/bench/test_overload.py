import pytest

from eval.bench.load import Outcome
from eval.bench.measuring import Spread
from eval.bench.overload import OverloadFigures, Round
from eval.bench.printing import print_overload


def outcome(in_time: int, n_refused: int = 0, took_ms: float = 10) -> Outcome:
    statuses = [200] * in_time + [503] * n_refused
    return Outcome(2.0, statuses, [took_ms] * in_time, in_time, cpu_s=0.1, server_ms=800)


# goodputs of the peaks 10, 20 and 20 a second, of the floods 10, 18 and 10
@pytest.fixture
def figures() -> OverloadFigures:
    rounds = [
        Round(outcome(20), outcome(20, 60), outcome(9), outcome(9, took_ms=15)),
        Round(outcome(40), outcome(36, 100), outcome(9), outcome(9, 1, took_ms=12)),
        Round(outcome(40), outcome(20, 100), outcome(9), outcome(9, took_ms=30)),
    ]
    return OverloadFigures(4, rounds, 2, 1.5)


def test_figures_are_medians_of_what_each_round_says_about_itself(figures: OverloadFigures) -> None:
    assert figures.kept == Spread(0.7, 0.9, 0.95)
    assert figures.times_slower.median == pytest.approx(1.5)
    assert (figures.peak.median, figures.goodput.median) == (20, 10)
    assert (figures.peak_ms.median, figures.flood_ms.median) == (
        20,
        40,
    )  # 800 ms, 40 and 20 answers


def test_the_quiet_tenant_and_the_refused_are_counted_over_all_rounds(
    figures: OverloadFigures,
) -> None:
    assert figures.statuses == {200: 76, 503: 260}
    assert (len(figures.alone_ms), len(figures.beside_ms), figures.n_refused) == (27, 27, 1)
    assert figures.sender_cores == pytest.approx(0.05)


def test_the_figures_are_told_with_the_load(
    figures: OverloadFigures, capsys: pytest.CaptureFixture[str]
) -> None:
    print_overload(figures)
    told = " ".join(capsys.readouterr().out.split())
    assert "0.90 [0.70-0.95] of the peak; 76 of 200, 260 of 503" in told
    assert "load 1.5 on 2 cores" in told
