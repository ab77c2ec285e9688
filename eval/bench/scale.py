"""How the cost of a question grows with the collection, and how deep the closer look must go.

The pages of 50,000 do not fit in memory as float32: the collection grows page by page, and NumPy is
timed over the first pages alone, its cost a page times their number.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from eval.bench.collection import BenchCollection
from eval.bench.engines import (
    NONE,
    best,
    leading_exactly,
    numpy_engine,
    own_engines,
)
from eval.bench.measuring import Figures, K, measure, recall, timed
from eval.bench.pages import Shape, SyntheticPages
from retrieval.stages import PageScorer, refined_depth

DEPTHS = (32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048)
NUMPY_PAGES = 1000


@dataclass(frozen=True, slots=True)
class StageCost:
    """Median CPU milliseconds of a question's stages."""

    rough: float
    refined: float
    exact: float


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """A collection of one size.

    Attributes:
        n_pages: how many pages.
        engines: figures of ours, by CPU time and recall.
        stages: what the two stages' time went into.
        numpy_cpu_ms: of NumPy over all pages, from its cost a page.
        depth: how many pages get a closer look.
        first_stage_recall: share of the true first 10 among the best so many of the first look.
    """

    n_pages: int
    engines: list[Figures]
    stages: StageCost
    numpy_cpu_ms: float
    depth: int
    first_stage_recall: dict[int, float]


def measure_scale(shape: Shape, sizes: Sequence[int], *, threads: int) -> Iterator[ScaleFigures]:
    """Grow one collection through all sizes, ascending, and measure at each.

    The questions are made from the pages of the smallest size, so that they stay the same.
    """
    pages = SyntheticPages(shape)
    questions = pages.questions(min(sizes))
    n_float32 = min(NUMPY_PAGES, *sizes)
    with tempfile.TemporaryDirectory() as folder:
        collection = BenchCollection(
            Path(folder) / "sidecar", pages, questions, n_float32=n_float32
        )
        for n_pages in sorted(sizes):
            collection.grow(n_pages)
            yield _measure_size(collection, threads)
        collection.close()


def _measure_size(collection: BenchCollection, threads: int) -> ScaleFigures:
    n_pages, n_float32 = len(collection.slots), len(collection.float32)
    truth = collection.truth(n_pages, K)
    singly = [one for one in own_engines(collection, n_pages, threads=threads) if one.together == 1]
    engines = [*singly, numpy_engine(collection.float32)]
    *own, numpy = measure(engines, collection.questions, truth)
    scorers = [collection.scorer(one, threads=threads) for one in collection.questions]
    depths = sorted({min(one, n_pages) for one in (*DEPTHS, refined_depth(n_pages))})
    rough = [scorer.rough() for scorer in scorers]
    return ScaleFigures(
        n_pages=n_pages,
        engines=own,
        stages=_stage_cost(scorers),
        numpy_cpu_ms=numpy.cpu_ms.median * n_pages / n_float32,
        depth=refined_depth(n_pages),
        first_stage_recall={
            depth: float(
                np.mean(
                    [recall(best(scores, depth), t) for scores, t in zip(rough, truth, strict=True)]
                )
            )
            for depth in depths
        },
    )


def _stage_cost(scorers: Sequence[PageScorer]) -> StageCost:
    costs = []
    for scorer in scorers:
        rough = scorer.rough()
        refined = scorer.refined(rough, NONE)
        cost = (
            timed(scorer.rough)[0],
            timed(partial(scorer.refined, rough, NONE))[0],
            timed(partial(leading_exactly, scorer, refined))[0],
        )
        costs.append(cost)
    return StageCost(*(float(one) for one in np.median(costs, axis=0)))
