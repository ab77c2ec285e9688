import pytest
from click.testing import CliRunner

from eval.bench.command import command
from eval.bench.gpu import GpuCost, measure_gpu
from index.devices import is_cuda_available


def test_a_scan_is_measured_beside_what_reading_alone_gives() -> None:
    cost, together = measure_gpu(n_pages=20, n_rows=30, dim=16, n_tokens=3, device="cpu")

    assert (cost.scorer, cost.n_pages, cost.page_bytes) == ("pagesight, torch", 20, 960)
    assert cost.ns_per_page > 0
    assert 0 < cost.bandwidth_share < 1
    assert together.scorer == "pagesight, torch, 8 threads"


def test_the_share_of_the_bandwidth_is_that_of_the_rows_that_were_read() -> None:
    cost = GpuCost("triton", n_pages=1000, page_bytes=250, scan_s=0.5, bytes_per_s=1e6)

    assert cost.ns_per_page == 500_000
    assert cost.bandwidth_share == 0.5  # 250,000 bytes in half a second, of 1,000,000 a second


@pytest.mark.skipif(is_cuda_available(), reason="there is a CUDA device here")
def test_without_a_gpu_the_benchmark_says_so() -> None:
    told = CliRunner().invoke(command, ["gpu"])

    assert told.exit_code == 1
    assert "no CUDA device" in told.output
