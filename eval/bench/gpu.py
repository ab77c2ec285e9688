"""What a scan of all pages on a GPU costs, beside what its memory allows.

Scoring reads every row once. A page of 1,030 rows of 128 half-precision values is 264 kB, so the
bound is that number over the bandwidth of the memory, which is measured here by reading too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import numpy as np

from index.errors import MissingDependency
from index.records import Question
from retrieval.cuda import DeviceRows, GpuKernel, find_gpu_kernel, is_cuda_available, room
from retrieval.int8.packing import PackedPages, group_bytes
from retrieval.sidecar.layout import PLACE
from retrieval.sidecar.view import SidecarView, Slots

REPEATS = 7
READ_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class GpuCost:
    """The median of several scans.

    Attributes:
        kernel: what scored.
        n_pages: that were scored.
        page_bytes: of one page's rows.
        scan_s: for all pages, until the scores are with the caller.
        bytes_per_s: that the device's memory gives, as measured by reading.
    """

    kernel: GpuKernel
    n_pages: int
    page_bytes: int
    scan_s: float
    bytes_per_s: float

    @property
    def ns_per_page(self) -> float:
        """Time for a page."""
        return 1e9 * self.scan_s / self.n_pages

    @property
    def bandwidth_share(self) -> float:
        """Bytes of rows read per second, as a share of what reading alone gives."""
        return self.n_pages * self.page_bytes / self.scan_s / self.bytes_per_s


def measure_gpu(
    *, n_pages: int, n_rows: int = 1030, dim: int = 128, n_tokens: int = 24, device: str = "cuda"
) -> GpuCost:
    """Score random pages for a random question.

    Raises:
        MissingDependency: there is no such device.
    """
    if device.startswith("cuda") and not is_cuda_available():
        raise MissingDependency(
            "PyTorch finds no CUDA device, and there is nothing to measure without one; "
            "install a driver and a PyTorch for CUDA"
        )
    max_bytes = room(device) if device.startswith("cuda") else 1 << 40
    view, question = _pages(n_pages, n_rows, dim), _question(n_tokens, dim)
    rows, slots = DeviceRows(device, max_bytes=max_bytes), np.arange(1, n_pages + 1)
    scan_s = _median(lambda: rows.scores(view, question, slots), device)
    bytes_per_s = _read_bandwidth(device)
    return GpuCost(find_gpu_kernel(device), n_pages, 2 * n_rows * dim, scan_s, bytes_per_s)


def _read_bandwidth(device: str) -> float:
    import torch  # noqa: PLC0415  seconds to import

    values = torch.ones(READ_BYTES // 4, dtype=torch.float32, device=device)
    return READ_BYTES / _median(values.amax, device)


def _median(work: Callable[[], object], device: str) -> float:
    """Return the median time of runs after a first one, which brings rows and tunes kernels."""
    laps = []
    for _ in range(REPEATS + 1):
        _wait(device)
        begun = perf_counter()
        work()
        _wait(device)
        laps.append(perf_counter() - begun)
    return float(np.median(laps[1:]))


def _wait(device: str) -> None:
    import torch  # noqa: PLC0415  seconds to import

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _pages(n_pages: int, n_rows: int, dim: int) -> SidecarView:
    """Return a sidecar's view of one document, of what scoring on a device reads."""
    rng = np.random.default_rng(0)
    exact = rng.standard_normal((n_pages * n_rows, dim), np.float32)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    nothing = PackedPages(
        dim, np.empty((0, group_bytes(dim)), np.uint8), np.zeros(1, np.int64), np.empty(0, "f4")
    )
    return SidecarView(
        page=np.arange(n_pages + 1, dtype=np.int32),
        slots={UUID(int=1): Slots(0, n_pages)},
        rows=nothing,
        pooled=nothing,
        exact=exact.astype(np.float16),
        places=np.empty(0, PLACE),
        offsets=np.concatenate([[0], np.arange(n_pages + 1) * n_rows]),
    )


def _question(n_tokens: int, dim: int) -> Question:
    vectors = np.random.default_rng(1).standard_normal((n_tokens, dim), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Question("", vectors, np.ones(n_tokens, np.float32), ("",) * n_tokens)
