"""How many nodes a large collection takes, and how long a question then waits: laws, simulated.

What a page costs was measured (`Costs` says where). How the cost of a shard grows beyond the sizes
that were measured is a law, and said to be one: through the graph a question looks at a number of
pages that grows with a small power of theirs. The simulation (`eval.bench.queueing`) then adds what
queues and the slowest shard do.
"""

from dataclasses import dataclass, replace

import numpy as np

from eval.bench.queueing import Cluster, Times, Work, simulate
from index.encoders.plan import CELLS, HALF, plan_storage
from index.encoders.registry import MODELS
from index.encoders.shelf import SHIPPED

GIB = 1 << 30
CATALOG_BYTES = 544  # of a page in PostgreSQL with its indexes: 20,000 rows, measured
BEAM = 100  # Qdrant's ef, unless a query asks for more pages
FASTER = 0.5  # a power of the graph's law that is surely too high: the square root of the pages
LOADS = (0.1, 0.5, 0.8)
SEED = 7
USABLE = 0.8  # of a node's memory and disk: the rest is for the system, merges and growth


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that holds shards."""

    memory_gib: int = 256
    disk_gib: int = 15_360
    cores: int = 16


@dataclass(frozen=True, slots=True)
class PageSizes:
    """Bytes of a page of an encoder, wherever it is kept.

    Attributes:
        encoder: its name.
        rows: of a page.
        dim: of a row.
        stored: all rows in half precision with their boxes, and terms: Qdrant, on disk.
        pooled: the pooled rows in half precision: Qdrant, in memory.
        scalar: all rows as int8, in Qdrant's memory too where `PAGESIGHT_QUANTIZATION=scalar`.
        sidecar: of a replica that scores itself, on its disk.
        packed: of that, what should be in its memory.
        blobs: picture and words: local folder or S3.
        catalog: PostgreSQL.
    """

    encoder: str
    rows: int
    dim: int
    stored: int
    pooled: int
    scalar: int
    sidecar: int
    packed: int
    blobs: int
    catalog: int = CATALOG_BYTES

    def pages_on_qdrant(self, node: Node) -> int:
        """Return how many pages a node of a Qdrant cluster holds, of one replica."""
        in_memory = node.memory_gib * GIB / self.pooled
        on_disk = node.disk_gib * GIB / (self.stored + self.pooled)
        return int(USABLE * min(in_memory, on_disk))

    def pages_on_sidecar(self, node: Node) -> int:
        """Return how many pages an API replica holds that scores over its sidecar."""
        in_memory = node.memory_gib * GIB / self.packed
        on_disk = node.disk_gib * GIB / self.sidecar
        return int(USABLE * min(in_memory, on_disk))


@dataclass(frozen=True, slots=True)
class Costs:
    """What a question costs one shard on one core, for pages of 1,030 rows of 128 values.

    The defaults are of one core of an AMD EPYC (Zen 3) and 24 tokens.

    Attributes:
        look_ms: to compare the question with a page's 129 pooled rows: as `rescore_ms`, by rows.
        rescore_ms: with all its rows (`bench search`: Qdrant Edge, all rows, 592 ms for 2,000).
        graph_pages: that the graph looks at in a shard of `graph_at` pages (`bench shards`).
        graph_at: the size at which that was measured.
        growth: the power with which it grows beyond: supposed.
        sigma: of the logarithm of a question's time (`bench shards`, from the quartiles).
        kernel_look_ms: as `look_ms`, by the int8 kernel (`bench scale`: 64.8 ms for 20,000).
        kernel_rescore_ms: as `rescore_ms`, by the int8 kernel (52.1 ms for 2,000).
        merge_ms: to take in one shard's answer: supposed.
        own_ms: of the API for a question beside all shards (`bench service`).
    """

    look_ms: float = 0.037
    rescore_ms: float = 0.296
    graph_pages: float = 1678
    graph_at: int = 4000
    growth: float = 0.25
    sigma: float = 0.07
    kernel_look_ms: float = 0.0032
    kernel_rescore_ms: float = 0.026
    merge_ms: float = 0.02
    own_ms: float = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A collection on a cluster.

    Attributes:
        n_pages: of the collection.
        shards: of it; a question goes to all of them, to one core each.
        replicas: of each shard.
        depth: pages of each shard that are scored by all their rows.
        by_graph: whether a shard looks through its graph, or the int8 kernel at every page.
    """

    n_pages: int
    shards: int
    replicas: int
    depth: int
    by_graph: bool = True

    @property
    def shard_pages(self) -> int:
        """Pages of a shard."""
        return -(-self.n_pages // self.shards)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What askers wait for at one load, the share of the cores that is at work.

    Attributes:
        plan: of the collection.
        work: of a shard for one question.
        slower: the same if the graph's law grows faster.
        per_s: questions a second.
        load: share of the cores.
        p50_ms: half of the questions take less.
        p95_ms: 95 of 100 take less.
    """

    plan: Plan
    work: Work
    slower: Work
    per_s: float
    load: float
    p50_ms: float
    p95_ms: float


def page_sizes() -> list[PageSizes]:
    """Return what a page of every encoder takes: the one that ships, then the registered ones."""
    return [_sizes(name) for name in (SHIPPED, *(model.name for model in MODELS))]


def _sizes(encoder: str) -> PageSizes:
    plan = plan_storage(encoder, n_pages=1)
    return PageSizes(
        encoder=encoder,
        rows=plan.rows_per_page,
        dim=plan.dim,
        stored=plan.stored_bytes,
        pooled=min(plan.rows_per_page, CELLS) * plan.dim * HALF,
        scalar=plan.rows_per_page * plan.dim,
        sidecar=plan.sidecar_bytes,
        packed=plan.memory_bytes,
        blobs=plan.blob_bytes,
    )


def looked_at(costs: Costs, shard_pages: int, depth: int) -> float:
    """Return at how many pages of a shard a question looks through the graph, all at most.

    A graph keeps `BEAM` candidates in view, or as many as are asked for, and looks at the
    neighbours of each.
    """
    grown = costs.graph_pages * float((shard_pages / costs.graph_at) ** costs.growth)
    return min(grown * max(1.0, depth / BEAM), shard_pages)


def shard_work(costs: Costs, plan: Plan) -> Work:
    """Return the time that a shard works on a question."""
    depth = min(plan.depth, plan.shard_pages)
    if plan.by_graph:
        looks = looked_at(costs, plan.shard_pages, depth) * costs.look_ms
        return Work(looks + depth * costs.rescore_ms, costs.sigma)
    looks = plan.shard_pages * costs.kernel_look_ms
    return Work(looks + depth * costs.kernel_rescore_ms, costs.sigma)


def waiting(costs: Costs, plan: Plan, *, n_questions: int = 2000) -> list[Waiting]:
    """Simulate a plan at several loads."""
    work, slower = shard_work(costs, plan), shard_work(replace(costs, growth=FASTER), plan)
    found = []
    for load in LOADS:
        per_s = load * 1000 * plan.replicas / work.mean
        times = _times(costs, plan, work, per_s=per_s, n_questions=n_questions)
        p50, p95 = np.percentile(times, (50, 95))
        found.append(Waiting(plan, work, slower, per_s, load, float(p50), float(p95)))
    return found


def _times(costs: Costs, plan: Plan, work: Work, *, per_s: float, n_questions: int) -> Times:
    cluster = Cluster(plan.shards, plan.replicas, merge_ms=costs.merge_ms, own_ms=costs.own_ms)
    return simulate(cluster, work.draw, per_s=per_s, n_questions=n_questions, seed=SEED)
