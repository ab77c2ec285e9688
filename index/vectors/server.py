"""A Qdrant server or cluster, through qdrant-client.

On a cluster a write is acknowledged when as many replicas have it as the collection's write
consistency says; those that failed it are out of reading by then. So every replica that may be read
has what was acknowledged, and reads, the count before a document is published among them, ask one.
Writes go in medium ordering, through one node of each shard: an upsert of a worker that was thought
dead and the deletion behind it come in the same order everywhere.

Source: Qdrant's documentation, Consistency Guarantees
(qdrant.tech/documentation/scaling/consistency-guarantees).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import grpc
import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from index.errors import VectorStoreUnavailable
from index.records import Question, Rows, SparseVector
from index.vectors import points as stored
from index.vectors import server_requests as asked
from index.vectors.base import ExaminedPoint, PageHit, PageKey, PagePoint, Within
from index.vectors.examination import count_generations, examined
from index.vectors.server_copying import copy_points
from index.vectors.server_link import check_version, open_client, told
from index.vectors.server_requests import Layout

Result = TypeVar("Result")
_FAILURES = (  # what the client raises for a server that is absent, slow, busy, or says no
    ApiException,
    ResponseHandlingException,
    QdrantException,
    grpc.RpcError,
    httpx.HTTPError,
    OSError,
    ValueError,
)
IN_ORDER = models.WriteOrdering.MEDIUM
READ_PAGES = 16  # a page of rows is about a megabyte on the wire
SCROLL_POINTS = 1000
UPSERT_PAGES = 8


class QdrantVectorStore:
    """A VectorStore on a Qdrant server; several processes may share it.

    Args:
        client: of the server.
        layout: of new collections.
    """

    def __init__(self, client: QdrantClient, layout: Layout | None = None) -> None:
        self._client = client
        self._layout = layout or Layout()
        self._is_proven = False

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        api_key: str | None,
        timeout_s: int = 30,
        layout: Layout | None = None,
    ) -> "QdrantVectorStore":
        """Connect to a server by URL; it is asked for its version when it is first needed.

        Raises:
            InvalidRequest: that is no address of a server.
        """
        return cls(open_client(url, api_key=api_key, timeout_s=timeout_s), layout)

    def create(self, collection: str, *, dim: int, pooled: bool = False) -> None:
        """Make room for a collection of `dim`-dimensional rows; twice equals once."""
        if not self.has(collection):
            self._create(
                collection, asked.collection_config(dim, pooled=pooled, layout=self._layout)
            )
        for field, kind in (
            (stored.GENERATION, models.PayloadSchemaType.KEYWORD),
            (stored.PAGE, models.PayloadSchemaType.INTEGER),
        ):
            self._create_index(collection, field, kind)

    def has(self, collection: str) -> bool:
        """Tell whether there is a collection of that name."""
        return self._call(lambda: self._client.collection_exists(collection))

    def drop(self, collection: str) -> None:
        """Remove a collection and its bytes; twice equals once."""
        self._call(lambda: self._client.delete_collection(collection))

    def put_pages(self, collection: str, generation: UUID, points: Sequence[PagePoint]) -> None:
        """Store pages of a generation; storing one again replaces it."""
        for start in range(0, len(points), UPSERT_PAGES):
            some = points[start : start + UPSERT_PAGES]
            self._upsert(collection, [asked.page_point(generation, point) for point in some])

    def put_context(self, collection: str, generation: UUID, context: Rows) -> None:
        """Store the rows of a document's name and title, which hold for all of its pages."""
        self._upsert(collection, [asked.context_point(generation, context)])

    def search_pages(
        self, collection: str, terms: SparseVector, *, limit: int, only: Sequence[UUID] | None
    ) -> list[PageHit]:
        """Return the pages with the highest BM25 score above zero, best first."""
        if not len(terms.indices) or (only is not None and not only):
            return []
        found = self._call(
            lambda: self._client.query_points(
                collection,
                query=asked.sparse(terms),
                using=stored.TERMS,
                limit=limit,
                query_filter=None if only is None else asked.all_of(only),
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
            query=tokens, using=stored.POOLED, limit=prefetch, filter=asked.inside(within)
        )
        found = self._call(
            lambda: self._client.query_points(
                collection,
                query=tokens,
                using=stored.ROWS,
                prefetch=first,
                limit=limit,
                search_params=asked.RESCORED,
                with_payload=[stored.GENERATION, stored.PAGE],
            )
        )
        return [stored.page_hit(hit.payload, hit.score) for hit in found.points]

    def read_pages(self, collection: str, pages: Sequence[PageKey]) -> Iterator[Rows]:
        """Yield the rows of some pages, by generation and number, in the order asked."""
        for some, found in self._records(collection, pages, [stored.ROWS]):
            yield from stored.in_order(some, found, stored.rows_of)

    def read_points(self, collection: str, pages: Sequence[PageKey]) -> Iterator[PagePoint]:
        """Yield some pages with all that is stored of them, in the order asked."""
        for some, found in self._records(collection, pages):
            yield from stored.in_order(some, found, stored.point_of)

    def read_rows(self, collection: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        """Yield each stored page of a generation and its rows, in order; page 0 has the context's.

        A few pages are read at a time.
        """
        numbers = sorted(self._numbers(collection, generation))
        rows = self.read_pages(collection, [(generation, number) for number in numbers])
        yield from zip(numbers, rows, strict=True)

    def copy_generation(self, source: str, target: str, generation: UUID) -> None:
        """Put every point of a generation into another collection, value for value."""
        self._call(lambda: copy_points(self._client, source, target, asked.all_of([generation])))

    def count_pages(self, collection: str, generation: UUID) -> int:
        """Count the stored pages of a generation."""
        counted = self._call(
            lambda: self._client.count(
                collection, count_filter=asked.pages_of(generation), exact=True
            )
        )
        return counted.count

    def generations(self, collection: str) -> dict[UUID, int]:
        """Count the points of each generation, contexts included, those of none under nil."""
        found = partial(self._client.scroll, collection, with_payload=[stored.GENERATION])
        return count_generations(record.payload for record in self._scroll(found, SCROLL_POINTS))

    def examine(self, collection: str, generation: UUID) -> Iterator[ExaminedPoint]:
        """Yield every point of a generation in no order, the damaged ones too."""
        mine = asked.all_of([generation])
        found = partial(self._client.scroll, collection, scroll_filter=mine, with_vectors=True)
        for record in self._scroll(found, READ_PAGES):
            yield examined(record)

    def collections(self) -> list[str]:
        """Return the name of every collection that is there."""
        found = self._call(self._client.get_collections).collections
        return sorted(collection.name for collection in found)

    def delete_generation(self, collection: str, generation: UUID) -> None:
        """Remove every point of a generation; a collection that is not there has none."""
        if not self.has(collection):
            return
        everything = models.FilterSelector(filter=asked.all_of([generation]))
        self._call(
            lambda: self._client.delete(collection, everything, wait=True, ordering=IN_ORDER)
        )

    def check(self) -> None:
        """Ask the server for its version and its collections.

        Raises:
            VectorStoreUnavailable: it does not answer, or is too old.
        """
        self._call(self._client.get_collections)

    def flush(self, collection: str) -> None:
        """Do nothing: the server writes ahead and optimises by itself."""

    def close(self) -> None:
        """Let go of files and connections."""
        self._client.close()

    def _create(self, collection: str, config: dict[str, Any]) -> None:
        """Create a collection, or find that another process was faster."""
        try:
            self._call(lambda: self._client.create_collection(collection, **config))
        except VectorStoreUnavailable:
            if not self.has(collection):
                raise

    def _create_index(self, collection: str, field: str, kind: models.PayloadSchemaType) -> None:
        self._call(lambda: self._client.create_payload_index(collection, field, kind, wait=True))

    def _upsert(self, collection: str, batch: list[models.PointStruct]) -> None:
        self._call(lambda: self._client.upsert(collection, batch, wait=True, ordering=IN_ORDER))

    def _numbers(self, collection: str, generation: UUID) -> Iterator[int]:
        """Yield the number of each stored page of a generation, 0 for its context."""
        mine, wanted = asked.all_of([generation]), [stored.PAGE]
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

    def _records(
        self, collection: str, pages: Sequence[PageKey], names: list[str] | None = None
    ) -> Iterator[tuple[Sequence[PageKey], list[models.Record]]]:
        for start in range(0, len(pages), READ_PAGES):
            some = pages[start : start + READ_PAGES]
            ids: list[Any] = [str(stored.point_id(*page)) for page in some]
            asks = partial(self._client.retrieve, collection, ids, with_vectors=names or True)
            yield some, self._call(asks)

    def _call(self, request: Callable[[], Result]) -> Result:
        try:
            self._prove()
            return request()
        except _FAILURES as error:
            raise VectorStoreUnavailable(
                f"Qdrant did not answer as it should: {told(error)}"
            ) from error

    def _prove(self) -> None:
        """Ask for the server's version, once."""
        if not self._is_proven:
            check_version(self._client.info().version)
            self._is_proven = True
