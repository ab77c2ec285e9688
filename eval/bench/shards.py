"""What a question costs one shard of Qdrant, and how that grows with the shard's pages.

Edge is Qdrant's own engine, so a collection of Edge stands for a shard of a cluster, but for the
network. A query looks for pages by their pooled rows and scores those by all their rows. The first
look is timed twice: over all pages, which is what a shard without a graph does, and through the
graph. The ratio says at how many pages the graph looks, which hardly depends on how many rows
pages have: so the growth is measured with small pages, of which there can be many.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np

from eval.bench.measuring import Spread, timed
from eval.bench.pages import Shape, SyntheticPages
from index.pooling import pooled
from index.records import Question, SparseVector
from index.vectors.base import PagePoint, Within
from index.vectors.edge import EdgeVectorStore

GENERATION = uuid5(NAMESPACE_OID, "a shard")
STORE = "shard-1"
NO_TERMS = SparseVector(np.empty(0, np.uint32), np.empty(0, np.float32))
PUT_PAGES = 64
FEW, MANY = 32, 512  # pages that are scored by all their rows
FOUND = 10


@dataclass(frozen=True, slots=True)
class ShardCost:
    """CPU milliseconds of a question to a shard of one size.

    Attributes:
        n_pages: of the shard.
        n_pooled: pooled rows of a page.
        scan: without a graph, few pages scored by all their rows.
        graph: with one, likewise.
        deep: with one, many pages scored by all their rows.
        build_ms: of building the graph, for a page.
    """

    n_pages: int
    n_pooled: int
    scan: Spread
    graph: Spread
    deep: Spread
    build_ms: float

    @property
    def looked_at(self) -> float:
        """Pages that the graph looks at, as many as a scan would see in its time."""
        return self.n_pages * self.graph.median / self.scan.median

    @property
    def rescore_ms(self) -> float:
        """A page more that is found and scored by all its rows."""
        return (self.deep.median - self.graph.median) / (MANY - FEW)


def measure_shards(shape: Shape, sizes: Sequence[int]) -> Iterator[ShardCost]:
    """Measure shards of some sizes, each built anew."""
    pages = SyntheticPages(shape)
    for n_pages in sizes:
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(EdgeVectorStore(Path(folder))) as store,
        ):
            yield _measure(store, pages, n_pages)


def _measure(store: EdgeVectorStore, pages: SyntheticPages, n_pages: int) -> ShardCost:
    store.create(STORE, dim=pages.shape.dim, pooled=True)
    n_pooled = _fill(store, pages, n_pages)
    questions = pages.questions(n_pages)
    scan = _ask(store, questions, FEW)
    build_ms, _ = timed(lambda: store.flush(STORE))
    graph, deep = _ask(store, questions, FEW), _ask(store, questions, MANY)
    return ShardCost(n_pages, n_pooled, scan, graph, deep, build_ms / n_pages)


def _fill(store: EdgeVectorStore, pages: SyntheticPages, n_pages: int) -> int:
    """Put the pages in, and return how many pooled rows the first one has."""
    for first in range(0, n_pages, PUT_PAGES):
        block = [(n, pages.page(n)) for n in range(first, min(first + PUT_PAGES, n_pages))]
        points = [PagePoint(n + 1, rows, NO_TERMS, pooled(rows)) for n, rows in block]
        store.put_pages(STORE, GENERATION, points)
    return len(pooled(pages.page(0)))


def _ask(store: EdgeVectorStore, questions: Sequence[Question], depth: int) -> Spread:
    def ask(question: Question) -> object:
        return store.search_rows(STORE, question, limit=FOUND, prefetch=depth, within=Within())

    ask(questions[0])
    return Spread.of([timed(partial(ask, one))[0] for one in questions])
