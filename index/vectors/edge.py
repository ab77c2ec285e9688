"""Qdrant Edge: Qdrant's own engine inside this process, one folder a collection.

One process owns a folder: a second one that opens it is refused with DataFolderBusy.
"""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from index.errors import DataFolderBusy, VectorStoreUnavailable
from index.records import Float32, Question, Rows, SparseVector
from index.vectors import points as stored
from index.vectors.base import CONTEXT_PAGE, ExaminedPoint, PageHit, PageKey, PagePoint, Within
from index.vectors.edge_copying import copy_points
from index.vectors.edge_filters import any_of, matching, pages_of
from index.vectors.edge_layout import layout
from index.vectors.examination import count_generations, examined
from index.vectors.mapped import release_mapped

READ_PAGES = 16  # rows of more would be a hundred megabytes of Python's numbers
SCROLL_POINTS = 1000


class EdgeVectorStore:
    """A VectorStore in a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._shards: dict[str, edge.EdgeShard] = {}
        self._lock = threading.RLock()

    def create(self, collection: str, *, dim: int, pooled: bool = False) -> None:
        """Make room for a collection of `dim`-dimensional rows; twice equals once."""
        with self._lock:
            if self.has(collection):
                return
            self._shards[collection] = _create(self._path(collection), layout(dim, pooled=pooled))

    def has(self, collection: str) -> bool:
        """Tell whether there is a collection of that name."""
        return self._path(collection).exists()

    def drop(self, collection: str) -> None:
        """Remove a collection and its bytes; twice equals once."""
        with self._lock:
            shard = self._shards.pop(collection, None)
            if shard is not None:
                shard.close()
            shutil.rmtree(self._path(collection), ignore_errors=True)

    def put_pages(self, collection: str, generation: UUID, points: Sequence[PagePoint]) -> None:
        """Store pages of a generation; storing one again replaces it.

        One at a time: the engine holds the interpreter while it takes points in.
        """
        for point in points:
            vectors = _vectors(point.rows, point.terms, point.pooled)
            self._put(collection, _point(generation, point.page, point.rows, vectors))
        release_mapped(self._path(collection))

    def put_context(self, collection: str, generation: UUID, context: Rows) -> None:
        """Store the rows of a document's name and title, which hold for all of its pages."""
        vectors = _vectors(context, None, None)
        self._put(collection, _point(generation, CONTEXT_PAGE, context, vectors))

    def search_pages(
        self, collection: str, terms: SparseVector, *, limit: int, only: Sequence[UUID] | None
    ) -> list[PageHit]:
        """Return the pages with the highest BM25 score above zero, best first."""
        if not len(terms.indices) or (only is not None and not only):
            return []
        request = edge.QueryRequest(
            query=edge.Query.Nearest(_sparse(terms), using=stored.TERMS),
            limit=limit,
            filter=None if only is None else edge.Filter(must=[any_of(only)]),
            with_payload=[stored.GENERATION, stored.PAGE],
        )
        with self._using(collection) as shard:
            found = shard.query(request)
        return [stored.page_hit(hit.payload, hit.score) for hit in found if hit.score > 0]

    def search_rows(
        self, collection: str, question: Question, *, limit: int, prefetch: int, within: Within
    ) -> list[PageHit]:
        """Return the pages with the highest MaxSim, best first; contexts do not join in."""
        tokens = question.folded().tolist()
        if not tokens or (within.generations is not None and not within.generations):
            return []
        first = edge.Prefetch(
            limit=prefetch,
            query=edge.Query.Nearest(tokens, using=stored.POOLED),
            filter=matching(within),
        )
        request = edge.QueryRequest(
            query=edge.Query.Nearest(tokens, using=stored.ROWS),
            prefetches=[first],
            limit=limit,
            with_payload=[stored.GENERATION, stored.PAGE],
        )
        with self._using(collection) as shard:
            return [stored.page_hit(hit.payload, hit.score) for hit in shard.query(request)]

    def read_pages(self, collection: str, pages: Sequence[PageKey]) -> Iterator[Rows]:
        """Yield the rows of some pages, by generation and number, in the order asked."""
        for some, records in self._records(collection, pages, [stored.ROWS]):
            yield from stored.in_order(some, records, stored.rows_of)

    def read_points(self, collection: str, pages: Sequence[PageKey]) -> Iterator[PagePoint]:
        """Yield some pages with all that is stored of them, in the order asked."""
        for some, records in self._records(collection, pages):
            yield from stored.in_order(some, records, stored.point_of)

    def read_rows(self, collection: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        """Yield each stored page of a generation and its rows, in order; 0 has the context's."""
        numbers = sorted(self._numbers(collection, generation))
        rows = self.read_pages(collection, [(generation, number) for number in numbers])
        yield from zip(numbers, rows, strict=True)

    def copy_generation(self, source: str, target: str, generation: UUID) -> None:
        """Put every point of a generation into another collection, value for value."""
        with self._using(source) as old, self._using(target) as new:
            copy_points(old, new, edge.Filter(must=[any_of([generation])]))
        release_mapped(self._path(target))

    def count_pages(self, collection: str, generation: UUID) -> int:
        """Count the stored pages of a generation."""
        request = edge.CountRequest(exact=True, filter=pages_of(generation))
        with self._using(collection) as shard:
            return shard.count(request)

    def generations(self, collection: str) -> dict[UUID, int]:
        """Count the points of each generation, contexts included, those of none under nil."""
        records = self._scroll(
            collection,
            lambda offset: edge.ScrollRequest(
                offset=offset, limit=SCROLL_POINTS, with_payload=[stored.GENERATION]
            ),
        )
        return count_generations(record.payload for record in records)

    def examine(self, collection: str, generation: UUID) -> Iterator[ExaminedPoint]:
        """Yield every point of a generation in no order, the damaged ones too."""
        records = self._scroll(
            collection,
            lambda offset: edge.ScrollRequest(
                offset=offset,
                limit=READ_PAGES,
                filter=edge.Filter(must=[any_of([generation])]),
                with_payload=True,
                with_vector=True,
            ),
        )
        for record in records:
            yield examined(record)

    def collections(self) -> list[str]:
        """Return the name of every collection that is there."""
        return sorted(path.name for path in self._folder.glob("*") if path.is_dir())

    def delete_generation(self, collection: str, generation: UUID) -> None:
        """Remove every point of a generation; a collection that is not there has none."""
        if not self._path(collection).exists():
            return
        everything = edge.Filter(must=[any_of([generation])])
        with self._using(collection) as shard:
            shard.update(edge.UpdateOperation.delete_points_by_filter(everything))

    def check(self) -> None:
        """Ask every open collection for its state."""
        for collection in list(self._shards):
            with self._using(collection) as shard:
                shard.info()

    def flush(self, collection: str) -> None:
        """Make what was put survive a crash of the machine, and tidy the index."""
        with self._using(collection) as shard:
            shard.optimize()
            shard.flush()
        release_mapped(self._path(collection))

    def close(self) -> None:
        """Let go of files and connections."""
        with self._lock:
            while self._shards:
                self._shards.popitem()[1].close()

    def _records(
        self, collection: str, pages: Sequence[PageKey], names: list[str] | None = None
    ) -> Iterator[tuple[Sequence[PageKey], list[edge.Record]]]:
        for start in range(0, len(pages), READ_PAGES):
            some = pages[start : start + READ_PAGES]
            ids: list[Any] = [stored.point_id(*page) for page in some]
            with self._using(collection) as shard:
                records = shard.retrieve(ids, with_payload=True, with_vector=names or True)
            yield some, records

    def _numbers(self, collection: str, generation: UUID) -> Iterator[int]:
        """Yield the number of each stored page of a generation, 0 for its context."""
        records = self._scroll(
            collection,
            lambda offset: edge.ScrollRequest(
                offset=offset,
                limit=SCROLL_POINTS,
                filter=edge.Filter(must=[any_of([generation])]),
                with_payload=[stored.PAGE],
            ),
        )
        for record in records:
            yield (record.payload or {})[stored.PAGE]

    def _scroll(
        self, collection: str, request: Callable[[Any], edge.ScrollRequest]
    ) -> Iterator[edge.Record]:
        """Yield the points that requests ask for, each from where the one before ended."""
        offset: Any = None
        while True:
            with self._using(collection) as shard:
                records, offset = shard.scroll(request(offset))
            yield from records
            if offset is None:
                return

    def _put(self, collection: str, point: edge.Point) -> None:
        with self._using(collection) as shard:
            shard.update(edge.UpdateOperation.upsert_points([point]))

    @contextmanager
    def _using(self, collection: str) -> Iterator[edge.EdgeShard]:
        """Lend the collection's open shard; Edge raises plain `Exception` for everything."""
        shard = self._open(collection)
        try:
            yield shard
        except Exception as error:
            raise VectorStoreUnavailable(
                f"the vector store of collection {collection!r} failed: {error}"
            ) from error

    def _open(self, collection: str) -> edge.EdgeShard:
        with self._lock:
            if collection not in self._shards:
                self._shards[collection] = _load(self._path(collection))
            return self._shards[collection]

    def _path(self, collection: str) -> Path:
        return self._folder / collection


def _create(path: Path, config: edge.EdgeConfig) -> edge.EdgeShard:
    shard = edge.EdgeShard.create(str(path), config)
    indexed, kinds = edge.UpdateOperation.create_field_index, edge.PayloadSchemaType
    shard.update(indexed(stored.GENERATION, kinds.Keyword))
    shard.update(indexed(stored.PAGE, kinds.Integer))
    shard.flush()
    return shard


def _load(path: Path) -> edge.EdgeShard:
    if not path.exists():
        raise VectorStoreUnavailable(f"the vectors of this collection are missing: {path}")
    try:
        return edge.EdgeShard.load(str(path))
    except Exception as error:
        if "WouldBlock" in str(error):
            raise DataFolderBusy(
                f"another process owns {path.parent.parent}; stop it, or let it do the work: "
                "the command line uses a running `pagesight serve` on its own"
            ) from error
        raise VectorStoreUnavailable(f"the vectors in {path} do not open: {error}") from error


def _point(generation: UUID, page: int, rows: Rows, vectors: dict[str, Any]) -> edge.Point:
    return edge.Point(
        id=stored.point_id(generation, page),
        vector=vectors,
        payload=stored.payload(generation, page, rows),
    )


def _vectors(rows: Rows, terms: SparseVector | None, pooled: Float32 | None) -> dict[str, Any]:
    vectors: dict[str, Any] = {}
    if len(rows):
        vectors[stored.ROWS] = rows.vectors.tolist()  # read in half the time that an array takes
    if pooled is not None and len(pooled):
        vectors[stored.POOLED] = pooled.tolist()
    if terms is not None and len(terms.indices):
        vectors[stored.TERMS] = _sparse(terms)
    return vectors


def _sparse(terms: SparseVector) -> edge.SparseVector:
    return edge.SparseVector(indices=terms.indices.tolist(), values=terms.values.tolist())
