"""How a page becomes a Qdrant point and back: ids, payload, vector names. Both adapters use it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from index.errors import PageNotFound
from index.records import Rows, as_16_bit, from_16_bit
from index.vectors.base import PageHit

ROWS = "rows"
POOLED = "pooled"
TERMS = "terms"
GRAPH_LINKS = 16  # of a page in the graph of pooled rows
GENERATION = "generation"
PAGE = "page"

Payload = dict[str, Any]


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
    """Rebuild a page's rows; half precision comes back as unit float32 rows."""
    values = [] if vectors is None else vectors
    half = np.asarray(values, dtype=np.float32).reshape(-1, payload["dim"])
    boxes = np.frombuffer(base64.b64decode(payload["boxes"]), dtype="<u2").reshape(-1, 4)
    kinds = np.frombuffer(base64.b64decode(payload["kinds"]), dtype=np.uint8)
    lengths = np.linalg.norm(half, axis=1, keepdims=True)
    return Rows(half / lengths, from_16_bit(boxes), kinds)


def page_hit(payload: Payload | None, score: float) -> PageHit:
    """Return a found page from what its point carries."""
    carried = payload or {}
    return PageHit(UUID(carried[GENERATION]), carried[PAGE], score)


def in_order(pages: Sequence[tuple[UUID, int]], found: Mapping[UUID, Rows]) -> Iterator[Rows]:
    """Yield the rows of pages as they were asked for, from those found by id.

    Raises:
        PageNotFound: one of them is not there.
    """
    for generation, page in pages:
        rows = found.get(point_id(generation, page))
        if rows is None:
            raise PageNotFound(f"page {page} of generation {generation} is gone from the store")
        yield rows


def _pack(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
