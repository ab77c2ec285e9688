"""What a scan of all pages on a GPU costs, beside what its memory allows and what peers take.

Scoring reads every row once. A page of 1,030 rows of 128 half-precision values is 264 kB, so the
bound is that number over the bandwidth of the memory, which is measured here by reading too.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from uuid import UUID

import numpy as np

from index.devices import is_cuda_available, room
from index.encoders.visual.compat import declare_torchvision_operators
from index.errors import MissingDependency
from index.records import Question
from retrieval.cuda.kernels import GpuKernel, find_gpu_kernel
from retrieval.cuda.rows import DeviceRows
from retrieval.int8.packing import PackedPages, group_bytes
from retrieval.sidecar.layout import PLACE
from retrieval.sidecar.view import SidecarView, Slots

REPEATS = 7
READ_BYTES = 1 << 30
DRAWN = 512  # pages that differ; they take more than any cache, and come again behind each other
THREADS = 8  # that ask at the same time, to see what sharing the reading gives
PEER_CHUNK = 1024  # pages; the offsets of late-interaction-kernels have 31 bits


@dataclass(frozen=True, slots=True)
class GpuCost:
    """The median of several scans.

    Attributes:
        scorer: what scored: one of our kernels, or a peer.
        n_pages: that were scored.
        page_bytes: of one page's rows.
        scan_s: for all pages and a question, until the scores are with the caller.
        bytes_per_s: that the device's memory gives, as measured by reading.
    """

    scorer: str
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
        """Bytes of rows scored per second, as a share of what reading alone gives.

        Above 1 questions have shared readings.
        """
        return self.n_pages * self.page_bytes / self.scan_s / self.bytes_per_s


def measure_gpu(
    *, n_pages: int, n_rows: int = 1030, dim: int = 128, n_tokens: int = 24, device: str = "cuda"
) -> Iterator[GpuCost]:
    """Score random pages for a random question: with each kernel, and with each peer.

    What is not installed is left out. Last comes the fastest kernel asked by several threads.

    Raises:
        MissingDependency: there is no such device.
    """
    if device.startswith("cuda") and not is_cuda_available():
        raise MissingDependency(
            "PyTorch finds no CUDA device, and there is nothing to measure without one; "
            "install a driver and a PyTorch for CUDA"
        )
    view, question = _pages(n_pages, n_rows, dim), _question(n_tokens, dim)
    bytes_per_s = _read_bandwidth(device)

    def cost(scorer: str, scan: Callable[[], object]) -> GpuCost:
        return GpuCost(scorer, n_pages, 2 * n_rows * dim, _median(scan, device), bytes_per_s)

    kernels: tuple[GpuKernel, ...] = ("triton", "torch")
    kernels = kernels[kernels.index(find_gpu_kernel(device)) :]
    for kernel in kernels:
        yield cost(f"pagesight, {kernel}", _own(kernel, view, question, device))
    for package, prepare in PEERS.items() if device.startswith("cuda") else ():
        if find_spec(package.replace("-", "_")) is not None:
            yield cost(package, prepare(view, question, n_rows, device))
    alone = _own(kernels[0], view, question, device)
    alone()
    with ThreadPoolExecutor(THREADS) as pool:

        def together() -> None:
            for asked in [pool.submit(alone) for _ in range(THREADS)]:
                asked.result()

        whole = cost("", together)
    yield replace(
        whole,
        scorer=f"pagesight, {kernels[0]}, {THREADS} threads",
        scan_s=whole.scan_s / THREADS,
    )


def _own(
    kernel: GpuKernel, view: SidecarView, question: Question, device: str
) -> Callable[[], object]:
    max_bytes = room(device) if device.startswith("cuda") else 1 << 40
    rows = DeviceRows(device, max_bytes=max_bytes, kernel=kernel)
    slots = np.arange(1, len(view.page))
    return lambda: rows.scores(view, question, slots)


def _colpali_engine(
    view: SidecarView, question: Question, n_rows: int, device: str
) -> Callable[[], object]:
    """Score as its processors do, with the pages on the device from the start."""
    declare_torchvision_operators()
    torch = import_module("torch")
    utils = import_module("colpali_engine.utils.processing_utils")
    score = utils.BaseVisualRetrieverProcessor.score_multi_vector
    pages = list(torch.from_numpy(view.exact).to(device).split(n_rows))
    tokens = torch.from_numpy(question.vectors).to(device).half()
    return lambda: score([tokens], pages, device=device)


def _late_interaction_kernels(
    view: SidecarView, question: Question, n_rows: int, device: str
) -> Callable[[], object]:
    """Score by its packed kernel, as few launches as its offsets allow."""
    torch = import_module("torch")
    score = import_module("late_interaction_kernels").maxsim_varlen
    tokens = torch.from_numpy(question.vectors).to(device).half()
    asked = torch.tensor([0, len(tokens)], dtype=torch.int32, device=device)
    chunks = [
        (rows, torch.arange(0, len(rows) + 1, n_rows, dtype=torch.int32, device=device))
        for rows in torch.from_numpy(view.exact).to(device).split(PEER_CHUNK * n_rows)
    ]
    longest = {"max_seqlen_q": len(tokens), "max_seqlen_d": n_rows}
    return lambda: torch.cat(
        [score(tokens, rows, asked, ends, **longest)[0] for rows, ends in chunks]
    ).cpu()


PEERS = {
    "late-interaction-kernels": _late_interaction_kernels,
    "colpali-engine": _colpali_engine,
}


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
    drawn = rng.standard_normal((min(n_pages, DRAWN) * n_rows, dim), np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    exact = np.resize(drawn.astype(np.float16), (n_pages * n_rows, dim))
    nothing = PackedPages(
        dim, np.empty((0, group_bytes(dim)), np.uint8), np.zeros(1, np.int64), np.empty(0, "f4")
    )
    return SidecarView(
        page=np.arange(n_pages + 1, dtype=np.int32),
        slots={UUID(int=1): Slots(0, n_pages)},
        rows=nothing,
        pooled=nothing,
        exact=exact,
        places=np.empty(0, PLACE),
        offsets=np.concatenate([[0], np.arange(n_pages + 1) * n_rows]),
    )


def _question(n_tokens: int, dim: int) -> Question:
    vectors = np.random.default_rng(1).standard_normal((n_tokens, dim), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Question("", vectors, np.ones(n_tokens, np.float32), ("",) * n_tokens)
