"""Other programs that find pages by MaxSim, each with the same float32 pages.

They are imported when they are asked for. One that is not installed is said to be missing and left
out: `pip install '.[bench]'` brings them, in a checkout of Pagesight. fast-plaid is not among them:
it replaces the torch that everything else here runs on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as edge

from eval.bench.engines import best
from eval.bench.measuring import Engine, K, Places, timed
from eval.bench.pages import N_PROMPT_ROWS
from index.encoders.visual.compat import declare_torchvision_operators
from index.records import Float32, Question
from retrieval.stages import refined_depth

CHUNK_PAGES = 128  # as colpali-engine takes them
PUT_PAGES = 20
ROWS, POOLED = "rows", "pooled"


@dataclass(frozen=True, slots=True)
class PeerData:
    """What a peer works with.

    Attributes:
        float32: `(n_pages, n_rows, dim)`, patches row by row of the grid, then the prompt's rows.
        folder: an empty one, for those that keep files.
        threads: how many it may use, where it can be told.
    """

    float32: Float32
    folder: Path
    threads: int


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer and how to open it.

    Attributes:
        name: of its package.
        module: what it is imported as.
        engines: opens its ways of finding pages.
    """

    name: str
    module: str
    engines: Callable[[PeerData], list[Engine]]


def open_peers(peers: Sequence[Peer], data: PeerData) -> Iterator[Engine | str]:
    """Yield the engines of the peers, and a line for each that is not installed."""
    for peer in peers:
        if find_spec(peer.module) is None:
            yield f"{peer.name} is not installed and left out: pip install '.[bench]'"
        else:
            yield from peer.engines(data)


def _maxsim_cpu(data: PeerData) -> list[Engine]:
    library = import_module("maxsim_cpu")

    def find(questions: Sequence[Question]) -> list[Places]:
        scores = (library.maxsim_scores(one.vectors, data.float32) for one in questions)
        return [best(np.asarray(one), K) for one in scores]

    return [Engine("maxsim-cpu", find, 1, data.float32[0].nbytes)]


def _torch_einsum(data: PeerData) -> list[Engine]:
    """Score as colpali-engine does, with the pages in one tensor from the start."""
    torch = import_module("torch")
    torch.set_num_threads(data.threads)
    pages = torch.from_numpy(data.float32)

    def scores(question: Question) -> Float32:
        tokens = torch.from_numpy(question.vectors)[None]
        found = [
            torch.einsum("bnd,csd->bcns", tokens, chunk).amax(dim=3).sum(dim=2)[0]
            for chunk in pages.split(CHUNK_PAGES)
        ]
        return np.asarray(torch.cat(found).numpy(), np.float32)

    def find(questions: Sequence[Question]) -> list[Places]:
        return [best(scores(question), K) for question in questions]

    return [Engine("colpali einsum", find, 1, data.float32[0].nbytes)]


def _colpali_engine(data: PeerData) -> list[Engine]:
    declare_torchvision_operators()
    torch = import_module("torch")
    torch.set_num_threads(data.threads)
    utils = import_module("colpali_engine.utils.processing_utils")
    score = utils.BaseVisualRetrieverProcessor.score_multi_vector
    pages = list(torch.from_numpy(data.float32))

    def find(questions: Sequence[Question]) -> list[Places]:
        tokens = [torch.from_numpy(question.vectors) for question in questions]
        return [best(scores.numpy(), K) for scores in score(tokens, pages, device="cpu")]

    return [Engine("colpali-engine scoring", find, 1, data.float32[0].nbytes)]


def _qdrant_edge(data: PeerData) -> list[Engine]:
    """Search all rows, and by Qdrant's recipe: a mean of each row of patches first."""
    shard = edge.EdgeShard.create(str(data.folder), _config(data.float32.shape[2]))
    build_ms, _ = timed(partial(_fill, shard, data.float32))
    n_pages = len(data.float32)
    on_disk = sum(file.stat().st_size for file in data.folder.rglob("*") if file.is_file())
    kept = on_disk / n_pages, build_ms / n_pages
    depth = refined_depth(n_pages)
    return [
        Engine("qdrant-edge, all rows", partial(_ask_edge, shard, None), 1, *kept),
        Engine(f"qdrant-edge, pooled rows, {depth}", partial(_ask_edge, shard, depth), 1, *kept),
    ]


def _config(dim: int) -> edge.EdgeConfig:
    def vectors() -> edge.EdgeVectorParams:
        return edge.EdgeVectorParams(
            size=dim,
            distance=edge.Distance.Dot,
            multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim),
            datatype=edge.VectorStorageDatatype.Float16,
            hnsw_config=edge.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=10_000),
        )

    return edge.EdgeConfig(
        vectors={ROWS: vectors(), POOLED: vectors()},
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=0),
    )


def _fill(shard: edge.EdgeShard, float32: Float32) -> None:
    for first in range(0, len(float32), PUT_PAGES):
        some = float32[first : first + PUT_PAGES]
        points = [
            edge.Point(id=number, vector=_vectors(rows), payload={})
            for number, rows in enumerate(some, first)
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.optimize()
    shard.flush()


def _vectors(rows: Float32) -> dict[str, Any]:
    return {ROWS: rows, POOLED: row_means(rows)}  # arrays are taken too, whatever its types say


def row_means(rows: Float32) -> Float32:
    """Return the mean of each row of the grid, and the prompt's rows, `(grid + 6, dim)`.

    They get unit length, as the recipe's cosine distance gives them.
    """
    patches = rows[:-N_PROMPT_ROWS]
    grid = round(len(patches) ** 0.5)
    means = patches.reshape(grid, grid, -1).mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return np.concatenate([means, rows[-N_PROMPT_ROWS:]])


def _ask_edge(
    shard: edge.EdgeShard, depth: int | None, questions: Sequence[Question]
) -> list[Places]:
    return [_found(shard.query(_request(question.vectors, depth))) for question in questions]


def _request(tokens: Float32, depth: int | None) -> edge.QueryRequest:
    vectors: Any = tokens.tolist()  # the list is what its types name
    pooled = edge.Query.Nearest(vectors, using=POOLED)
    first = [] if depth is None else [edge.Prefetch(limit=depth, query=pooled)]
    query = edge.Query.Nearest(vectors, using=ROWS)
    return edge.QueryRequest(limit=K, query=query, prefetches=first)


def _found(hits: Sequence[edge.ScoredPoint]) -> Places:
    return np.array([int(str(hit.id)) for hit in hits], np.int64)


PEERS = (
    Peer("torch", "torch", _torch_einsum),
    Peer("colpali-engine", "colpali_engine", _colpali_engine),
    Peer("maxsim-cpu", "maxsim_cpu", _maxsim_cpu),
    Peer("qdrant-edge-py", "qdrant_edge", _qdrant_edge),
)
