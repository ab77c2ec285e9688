"""What is asked of a Qdrant server, and what its points are, in the client's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from qdrant_client import models

from index.records import Float32, Rows, SparseVector
from index.vectors import points as stored
from index.vectors.base import CONTEXT_PAGE, PagePoint, Within

Quantization = Literal["none", "scalar"]
RESCORED = models.SearchParams(quantization=models.QuantizationSearchParams(rescore=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a server keeps new collections; None leaves it to the server.

    Attributes:
        quantization: of the rows, in the server's memory, beside those on disk.
        shards: parts that a collection is divided into.
        replicas: copies of each part, on different nodes.
        write_consistency: copies that must have a write before it counts.
    """

    quantization: Quantization = "none"
    shards: int | None = None
    replicas: int | None = None
    write_consistency: int | None = None


def collection_config(dim: int, *, pooled: bool, layout: Layout) -> dict[str, Any]:
    """Describe a collection of `dim`-dimensional rows."""
    rows = _multivector(dim, m=0)
    if layout.quantization == "scalar":
        int8 = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        rows.quantization_config = models.ScalarQuantization(scalar=int8)
    vectors = {stored.ROWS: rows}
    if pooled:
        vectors[stored.POOLED] = _multivector(dim, m=stored.GRAPH_LINKS)
    idf = models.SparseVectorParams(modifier=models.Modifier.IDF)
    return {
        "vectors_config": vectors,
        "sparse_vectors_config": {stored.TERMS: idf},
        "shard_number": layout.shards,
        "replication_factor": layout.replicas,
        "write_consistency_factor": layout.write_consistency,
    }


def page_point(generation: UUID, point: PagePoint) -> models.PointStruct:
    """Return a page as it is stored."""
    return _point(generation, point.page, point.rows, _vectors(point))


def context_point(generation: UUID, context: Rows) -> models.PointStruct:
    """Return a document's context as it is stored."""
    return _point(generation, CONTEXT_PAGE, context, _row_vectors(context))


def sparse(terms: SparseVector) -> models.SparseVector:
    """Return terms as a vector."""
    return models.SparseVector(indices=terms.indices.tolist(), values=terms.values.tolist())


def all_of(generations: Sequence[UUID]) -> models.Filter:
    """Keep to every point of some generations."""
    return models.Filter(must=[_any_of(generations)])


def pages_of(generation: UUID) -> models.Filter:
    """Keep to the pages of a generation, without its context."""
    is_page = models.FieldCondition(key=stored.PAGE, range=models.Range(gt=CONTEXT_PAGE))
    return models.Filter(must=[_any_of([generation]), is_page])


def inside(within: Within) -> models.Filter:
    """Keep to the pages that a search may see."""
    pages = models.Range(gte=within.first, lte=within.last)
    must: list[models.Condition] = [models.FieldCondition(key=stored.PAGE, range=pages)]
    if within.generations is not None:
        must.append(_any_of(within.generations))
    return models.Filter(must=must)


def _multivector(dim: int, *, m: int) -> models.VectorParams:
    """Describe rows compared by MaxSim, with a graph of `m` links a page where `m` is not 0."""
    return models.VectorParams(
        size=dim,
        distance=models.Distance.DOT,  # rows have unit length
        multivector_config=models.MultiVectorConfig(
            comparator=models.MultiVectorComparator.MAX_SIM
        ),
        datatype=models.Datatype.FLOAT16,
        hnsw_config=models.HnswConfigDiff(m=m),
        on_disk=m == 0,  # a graph is walked at random
    )


def _point(generation: UUID, page: int, rows: Rows, vectors: dict[str, Any]) -> models.PointStruct:
    return models.PointStruct(
        id=str(stored.point_id(generation, page)),
        vector=vectors,
        payload=stored.payload(generation, page, rows),
    )


def _vectors(point: PagePoint) -> dict[str, Any]:
    vectors = {**_row_vectors(point.rows), **_pooled_vectors(point.pooled)}
    if len(point.terms.indices):
        vectors[stored.TERMS] = sparse(point.terms)
    return vectors


def _row_vectors(rows: Rows) -> dict[str, Any]:
    return {stored.ROWS: rows.vectors.tolist()} if len(rows) else {}


def _pooled_vectors(pooled: Float32 | None) -> dict[str, Any]:
    return {} if pooled is None or not len(pooled) else {stored.POOLED: pooled.tolist()}


def _any_of(generations: Sequence[UUID]) -> models.FieldCondition:
    wanted = models.MatchAny(any=[str(generation) for generation in generations])
    return models.FieldCondition(key=stored.GENERATION, match=wanted)
