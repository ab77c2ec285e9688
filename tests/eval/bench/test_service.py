import pytest

from eval.bench.service import Latency


# three requests of 10, 20 and 30 ms, of which encoding and scoring took 4, 5 and 21
def test_overhead_is_what_is_neither_encoding_nor_scoring() -> None:
    timings = [
        {"encode": 1.0, "read": 2.0, "score": 2.0, "rescore": 1.0},
        {"encode": 1.0, "read": 3.0, "score": 3.0, "rescore": 1.0},
        {"encode": 1.0, "read": 4.0, "score": 10.0, "rescore": 10.0},
    ]
    latency = Latency.of([10, 20, 30], timings)

    assert (latency.n_searches, latency.p50) == (3, 20)
    assert latency.p95 == pytest.approx(29)
    assert latency.overhead_p50 == pytest.approx(9)
    assert latency.stages == {"encode": 1, "read": 3, "score": 3, "rescore": 1}
