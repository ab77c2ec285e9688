"""How a page becomes a Qdrant point and back: ids, payload, vector names. Both adapters use it."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from index.errors import PageNotFound
from index.records import Float32, Rows, SparseVector, as_16_bit, from_16_bit
from index.vectors.base import PageHit, PageKey, PagePoint

ROWS = "rows"
POOLED = "pooled"
TERMS = "terms"
GRAPH_LINKS = 16  # of a page in the graph of pooled rows
GENERATION = "generation"
PAGE = "page"

Payload = dict[str, Any]
Read = TypeVar("Read")


class Record(Protocol):
    """A point as either client hands it out."""

    @property
    def id(self) -> Any:  # noqa: ANN401  a UUID, or its text
        """Which point it is."""

    @property
    def vector(self) -> Any:  # noqa: ANN401  the clients type vectors as a wide union
        """Its vectors by name."""

    @property
    def payload(self) -> Payload | None:
        """What it carries beside them."""


def point_id(generation: UUID, page: int) -> UUID:
    """Return the id of a page's point; the same page of the same generation keeps its id."""
    return uuid5(generation, f"page/{page}")


def payload(generation: UUID, page: int, rows: Rows) -> Payload:
    """Return what a point carries beside its vectors; page 0 is the document's context."""
    return {
        GENERATION: str(generation),
        PAGE: page,
        "dim": rows.dim,
        "boxes": _pack(as_16_bit(rows.boxes)),
        "kinds": _pack(rows.kinds),
    }


def rows_from_point(vectors: Any, payload: Payload) -> Rows:  # noqa: ANN401  the clients type vectors as a wide union
    """Rebuild a page's rows, every value as it is stored."""
    boxes = np.frombuffer(base64.b64decode(payload["boxes"]), dtype="<u2").reshape(-1, 4)
    kinds = np.frombuffer(base64.b64decode(payload["kinds"]), dtype=np.uint8)
    rows = _values([] if vectors is None else vectors, payload["dim"])
    return Rows(rows, from_16_bit(boxes), kinds)


def rows_of(record: Record) -> Rows:
    """Rebuild a page's rows; half precision comes back as unit float32 rows."""
    return _stored_rows(record).to_unit()


def point_of(record: Record) -> PagePoint:
    """Rebuild all that was put of a page, every value as it is stored."""
    rows, vectors = _stored_rows(record), _named(record)
    pooled, terms = vectors.get(POOLED), vectors.get(TERMS)
    return PagePoint(
        (record.payload or {})[PAGE],
        rows,
        SparseVector(
            np.array(terms.indices if terms else [], np.uint32),
            np.array(terms.values if terms else [], np.float32),
        ),
        None if pooled is None else _values(pooled, rows.dim),
    )


def page_hit(payload: Payload | None, score: float) -> PageHit:
    """Return a found page from what its point carries."""
    carried = payload or {}
    return PageHit(UUID(carried[GENERATION]), carried[PAGE], score)


def in_order(
    pages: Sequence[PageKey], found: Iterable[Record], made: Callable[[Any], Read]
) -> Iterator[Read]:
    """Yield what is made of each page's record, in the order in which pages were asked for.

    Raises:
        PageNotFound: one of them is not there.
    """
    by_id = {UUID(str(record.id)): record for record in found}
    for generation, page in pages:
        record = by_id.get(point_id(generation, page))
        if record is None:
            raise PageNotFound(f"page {page} of generation {generation} is gone from the store")
        yield made(record)


def _stored_rows(record: Record) -> Rows:
    return rows_from_point(_named(record).get(ROWS), record.payload or {})


def _named(record: Record) -> Mapping[str, Any]:
    return record.vector if isinstance(record.vector, dict) else {}


def _values(rows: Any, dim: int) -> Float32:  # noqa: ANN401  lists of numbers, or arrays
    return np.asarray(rows, dtype=np.float32).reshape(-1, dim)


def _pack(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
