"""Questions to a collection of synthetic pages: we, our peers, and how far the limit is."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.bench.collection import BenchCollection
from eval.bench.engines import STAGES, TOGETHER, numpy_engine, own_engines
from eval.bench.measuring import Engine, Figures, K, measure, timed
from eval.bench.pages import Shape, SyntheticPages
from eval.bench.peers import PEERS, PeerData, open_peers
from eval.machine import machine, versions
from retrieval.int8.packing import GROUP, TILE, pack_question
from retrieval.int8.scoring import find_kernel, maxima, multiply_add_bound

KERNEL_REPEATS = 7
PACKAGES = ("numpy", "torch", "maxsim-cpu", "colpali-engine", "qdrant-edge-py", "fast-plaid")


@dataclass(frozen=True, slots=True)
class KernelFigures:
    """How fast the int8 kernel is over all pages.

    Attributes:
        name: `native` or `numpy`.
        page_us: CPU microseconds of a page and question.
        bound_share: of the multiply-adds that registers alone allow; 0 where that is unknown.
        two_threads: how many times less wall time two threads take than one.
    """

    name: str
    page_us: float
    bound_share: float
    two_threads: float


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """A whole run.

    Attributes:
        shape: of the pages and questions.
        n_pages: how many pages.
        threads: that shared the work.
        machine: what it ran on.
        kernel: the int8 kernel alone.
        engines: each engine's figures.
        left_out: a line for each peer that is not installed.
    """

    shape: Shape
    n_pages: int
    threads: int
    machine: dict[str, str]
    kernel: KernelFigures
    engines: list[Figures]
    left_out: list[str]

    def times_slower(self, figures: Figures) -> float:
        """Return how many times the CPU time of two stages an engine took."""
        staged = next(one for one in self.engines if one.engine == STAGES)
        return figures.cpu_ms.median / staged.cpu_ms.median


def measure_search(shape: Shape, n_pages: int, *, threads: int) -> SearchFigures:
    """Build a collection and ask every engine the same questions."""
    pages = SyntheticPages(shape)
    with tempfile.TemporaryDirectory() as folder:
        collection = BenchCollection(
            Path(folder) / "sidecar", pages, pages.questions(n_pages), n_float32=n_pages
        )
        collection.grow(n_pages)
        engines = own_engines(collection, n_pages, threads=threads)
        engines += [numpy_engine(collection.float32, together=n) for n in (1, TOGETHER)]
        (Path(folder) / "peer").mkdir()
        data = PeerData(collection.float32, Path(folder) / "peer", threads)
        peers = list(open_peers(PEERS, data))
        engines += [one for one in peers if isinstance(one, Engine)]
        figures = measure(engines, collection.questions, collection.truth(n_pages, K))
        kernel = measure_kernel(collection)
        collection.close()
    left_out = [one for one in peers if isinstance(one, str)]
    return SearchFigures(
        shape, n_pages, threads, machine() | versions(PACKAGES), kernel, figures, left_out
    )


def measure_kernel(collection: BenchCollection) -> KernelFigures:
    """Time the first stage over all pages' rows alone, the bound beside it, in turns."""
    tokens = pack_question(collection.questions[0].vectors)
    rows, slots = collection.view.rows, collection.slots

    def work(threads: int) -> Callable[[], object]:
        return lambda: maxima(tokens, rows, selection=slots, threads=threads)

    bounds, ones, twos = [], [], []
    for _ in range(KERNEL_REPEATS):
        bounds.append(multiply_add_bound())
        ones.append(timed(work(1)))
        twos.append(timed(work(2)))
    cpu_ms = float(np.median([cpu for cpu, _ in ones]))
    n_tokens = -(-len(tokens.tokens) // TILE) * TILE
    done = len(rows.groups) * GROUP * (rows.dim + rows.dim % 2) * n_tokens
    bound = float(np.median(bounds))
    return KernelFigures(
        name=find_kernel(),
        page_us=1000 * cpu_ms / len(slots),
        bound_share=1000 * done / cpu_ms / bound if bound else 0.0,
        two_threads=min(wall for _, wall in ones) / min(wall for _, wall in twos),
    )
