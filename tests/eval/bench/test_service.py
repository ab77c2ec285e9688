import pytest

from eval.bench.service import Latency


# three requests of 10, 20 and 30 ms, of which the stages took 6, 8 and 25: 4, 12 and 5 are left
def test_overhead_is_what_no_stage_took() -> None:
    timings = [
        {"encode": 1.0, "read": 2.0, "score": 2.0, "rescore": 1.0},
        {"encode": 1.0, "read": 3.0, "score": 3.0, "rescore": 1.0},
        {"encode": 1.0, "read": 4.0, "score": 10.0, "rescore": 10.0},
    ]
    latency = Latency.of([10, 20, 30], timings, cpu_ms=45)

    assert (latency.n_searches, latency.p50) == (3, 20)
    assert latency.p95 == pytest.approx(29)
    assert latency.overhead_p50 == pytest.approx(5)
    assert latency.cpu == 15
    assert latency.stages == {"encode": 1, "read": 3, "score": 3, "rescore": 1}
