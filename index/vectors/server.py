"""A Qdrant server or cluster, through qdrant-client."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import UUID

import grpc
import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from index.errors import VectorStoreUnavailable
from index.records import Float32, Question, Rows, SparseVector
from index.vectors import points as stored
from index.vectors.base import CONTEXT_PAGE, ExaminedPoint, PageHit, PagePoint, Within
from index.vectors.examination import count_generations, examined
from index.vectors.server_copying import copy_points
from index.vectors.server_filters import any_of, matching, pages_of

Quantization = Literal["none", "scalar"]
Result = TypeVar("Result")
_FAILURES = (  # what the client raises for a server that is absent, slow, or says no
    ApiException,
    ResponseHandlingException,
    grpc.RpcError,
    httpx.HTTPError,
    OSError,
    ValueError,
)
RESCORED = models.SearchParams(quantization=models.QuantizationSearchParams(rescore=True))
READ_PAGES = 16  # a page of rows is about a megabyte on the wire
SCROLL_POINTS = 1000
UPSERT_PAGES = 8


class QdrantVectorStore:
    """A VectorStore on a Qdrant server; several processes may share it.

    Args:
        client: of the server.
        quantization: of the rows of new collections, in the server's memory, beside those on disk.
    """

    def __init__(self, client: QdrantClient, quantization: Quantization = "none") -> None:
        self._client = client
        self._quantization = quantization

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        api_key: str | None,
        timeout_s: int = 30,
        quantization: Quantization = "none",
    ) -> "QdrantVectorStore":
        """Connect to a server by URL, over gRPC for what moves rows."""
        return cls(
            QdrantClient(
                url=url,
                api_key=api_key,
                prefer_grpc=True,
                timeout=timeout_s,
                check_compatibility=False,
            ),
            quantization,
        )

    def create(self, collection: str, *, dim: int, pooled: bool = False) -> None:
        """Make room for a collection of `dim`-dimensional rows; twice equals once."""
        if self._call(lambda: self._client.collection_exists(collection)):
            return
        config = _config(dim, pooled=pooled, quantization=self._quantization)
        self._call(lambda: self._client.create_collection(collection, **config))
        for field, kind in (
            (stored.GENERATION, models.PayloadSchemaType.KEYWORD),
            (stored.PAGE, models.PayloadSchemaType.INTEGER),
        ):
            self._create_index(collection, field, kind)

    def drop(self, collection: str) -> None:
        """Remove a collection and its bytes; twice equals once."""
        self._call(lambda: self._client.delete_collection(collection))

    def put_pages(self, collection: str, generation: UUID, points: Sequence[PagePoint]) -> None:
        """Store pages of a generation; storing one again replaces it."""
        batch = [
            models.PointStruct(
                id=str(stored.point_id(generation, point.page)),
                vector=_vectors(point.rows, point.terms, point.pooled),
                payload=stored.payload(generation, point.page, point.rows),
            )
            for point in points
        ]
        for start in range(0, len(batch), UPSERT_PAGES):
            self._upsert(collection, batch[start : start + UPSERT_PAGES])

    def put_context(self, collection: str, generation: UUID, context: Rows) -> None:
        """Store the rows of a document's name and title, which hold for all of its pages."""
        whole = models.PointStruct(
            id=str(stored.point_id(generation, CONTEXT_PAGE)),
            vector=_vectors(context, None, None),
            payload=stored.payload(generation, CONTEXT_PAGE, context),
        )
        self._upsert(collection, [whole])

    def search_pages(
        self, collection: str, terms: SparseVector, *, limit: int, only: Sequence[UUID] | None
    ) -> list[PageHit]:
        """Return the pages with the highest BM25 score above zero, best first."""
        if not len(terms.indices) or (only is not None and not only):
            return []
        found = self._call(
            lambda: self._client.query_points(
                collection,
                query=_sparse(terms),
                using=stored.TERMS,
                limit=limit,
                query_filter=None if only is None else models.Filter(must=[any_of(only)]),
                with_payload=[stored.GENERATION, stored.PAGE],
            )
        )
        return [stored.page_hit(hit.payload, hit.score) for hit in found.points if hit.score > 0]

    def search_rows(
        self, collection: str, question: Question, *, limit: int, prefetch: int, within: Within
    ) -> list[PageHit]:
        """Return the pages with the highest MaxSim, best first; contexts do not join in."""
        tokens = question.folded().tolist()
        if not tokens or (within.generations is not None and not within.generations):
            return []
        first = models.Prefetch(
            query=tokens, using=stored.POOLED, limit=prefetch, filter=matching(within)
        )
        found = self._call(
            lambda: self._client.query_points(
                collection,
                query=tokens,
                using=stored.ROWS,
                prefetch=first,
                limit=limit,
                search_params=RESCORED,
                with_payload=[stored.GENERATION, stored.PAGE],
            )
        )
        return [stored.page_hit(hit.payload, hit.score) for hit in found.points]

    def read_pages(self, collection: str, pages: Sequence[tuple[UUID, int]]) -> Iterator[Rows]:
        """Yield the rows of some pages, by generation and number, in the order asked."""
        for start in range(0, len(pages), READ_PAGES):
            some = pages[start : start + READ_PAGES]
            ids = [str(stored.point_id(*page)) for page in some]
            records = self._retrieve(collection, ids)
            yield from stored.in_order(some, {UUID(str(r.id)): _rows(r) for r in records})

    def read_rows(self, collection: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        """Yield each stored page of a generation and its rows, in order; page 0 has the context's.

        A few pages are read at a time.
        """
        numbers = sorted(self._numbers(collection, generation))
        rows = self.read_pages(collection, [(generation, number) for number in numbers])
        yield from zip(numbers, rows, strict=True)

    def copy_generation(self, source: str, target: str, generation: UUID) -> None:
        """Put every point of a generation into another collection, value for value."""
        only = models.Filter(must=[any_of([generation])])
        self._call(lambda: copy_points(self._client, source, target, only))

    def count_pages(self, collection: str, generation: UUID) -> int:
        """Count the stored pages of a generation."""
        counted = self._call(
            lambda: self._client.count(collection, count_filter=pages_of(generation), exact=True)
        )
        return counted.count

    def generations(self, collection: str) -> dict[UUID, int]:
        """Count the points of each generation, contexts included, those of none under nil."""
        found = partial(self._client.scroll, collection, with_payload=[stored.GENERATION])
        return count_generations(record.payload for record in self._scroll(found, SCROLL_POINTS))

    def examine(self, collection: str, generation: UUID) -> Iterator[ExaminedPoint]:
        """Yield every point of a generation in no order, the damaged ones too."""
        mine = models.Filter(must=[any_of([generation])])
        found = partial(self._client.scroll, collection, scroll_filter=mine, with_vectors=True)
        for record in self._scroll(found, READ_PAGES):
            yield examined(UUID(str(record.id)), record.vector, record.payload)

    def collections(self) -> list[str]:
        """Return the name of every collection that is there."""
        found = self._call(self._client.get_collections).collections
        return sorted(collection.name for collection in found)

    def delete_generation(self, collection: str, generation: UUID) -> None:
        """Remove every point of a generation; a collection that is not there has none."""
        if not self._call(lambda: self._client.collection_exists(collection)):
            return
        everything = models.FilterSelector(filter=models.Filter(must=[any_of([generation])]))
        self._call(lambda: self._client.delete(collection, everything, wait=True))

    def check(self) -> None:
        """Ask the server for its collections."""
        self._call(self._client.get_collections)

    def flush(self, collection: str) -> None:
        """Do nothing: the server writes ahead and optimises by itself."""

    def close(self) -> None:
        """Let go of files and connections."""
        self._client.close()

    def _create_index(self, collection: str, field: str, kind: models.PayloadSchemaType) -> None:
        self._call(lambda: self._client.create_payload_index(collection, field, kind, wait=True))

    def _upsert(self, collection: str, batch: list[models.PointStruct]) -> None:
        self._call(lambda: self._client.upsert(collection, batch, wait=True))

    def _numbers(self, collection: str, generation: UUID) -> Iterator[int]:
        """Yield the number of each stored page of a generation, 0 for its context."""
        mine, wanted = models.Filter(must=[any_of([generation])]), [stored.PAGE]
        found = partial(self._client.scroll, collection, scroll_filter=mine, with_payload=wanted)
        for record in self._scroll(found, SCROLL_POINTS):
            yield (record.payload or {})[stored.PAGE]

    def _scroll(
        self, found: Callable[..., tuple[list[models.Record], Any]], limit: int
    ) -> Iterator[models.Record]:
        """Yield the points that requests ask for, `limit` at a time."""
        offset: Any = None
        while True:
            records, offset = self._call(partial(found, limit=limit, offset=offset))
            yield from records
            if offset is None:
                return

    def _retrieve(self, collection: str, ids: list[Any]) -> list[models.Record]:
        return self._call(
            lambda: self._client.retrieve(
                collection, ids, with_payload=True, with_vectors=[stored.ROWS]
            )
        )

    @staticmethod
    def _call(request: Callable[[], Result]) -> Result:
        try:
            return request()
        except _FAILURES as error:
            raise VectorStoreUnavailable(f"Qdrant did not answer as it should: {error}") from error


def _config(dim: int, *, pooled: bool, quantization: Quantization) -> dict[str, Any]:
    rows = _multivector(dim, m=0)
    if quantization == "scalar":
        int8 = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        rows.quantization_config = models.ScalarQuantization(scalar=int8)
    vectors = {stored.ROWS: rows}
    if pooled:
        vectors[stored.POOLED] = _multivector(dim, m=stored.GRAPH_LINKS)
    idf = models.SparseVectorParams(modifier=models.Modifier.IDF)
    return {"vectors_config": vectors, "sparse_vectors_config": {stored.TERMS: idf}}


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


def _vectors(rows: Rows, terms: SparseVector | None, pooled: Float32 | None) -> dict[str, Any]:
    vectors: dict[str, Any] = {}
    if len(rows):
        vectors[stored.ROWS] = rows.vectors.tolist()
    if pooled is not None and len(pooled):
        vectors[stored.POOLED] = pooled.tolist()
    if terms is not None and len(terms.indices):
        vectors[stored.TERMS] = _sparse(terms)
    return vectors


def _sparse(terms: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=terms.indices.tolist(), values=terms.values.tolist())


def _rows(record: models.Record) -> Rows:
    vectors = record.vector if isinstance(record.vector, dict) else {}
    return stored.rows_from_point(vectors.get(stored.ROWS), record.payload or {})
