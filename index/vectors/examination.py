"""What is wrong with a point, if anything is. Reading for a search trusts what this looks at."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

import numpy as np

from index.records import RowKind, Rows
from index.vectors import points as stored
from index.vectors.base import ExaminedPoint

NO_GENERATION = UUID(int=0)
HALF_TOLERANCE = 2e-3  # of a length of one whose values were rounded to half precision


def examined(record: stored.Record) -> ExaminedPoint:
    """Look at a point as the store gives it."""
    carried = record.payload or {}
    vectors = record.vector if isinstance(record.vector, dict) else {}
    page, n_pooled = carried.get(stored.PAGE), _length(vectors.get(stored.POOLED))
    number = page if isinstance(page, int) else None
    try:
        _check_place(UUID(str(record.id)), carried)
        _check_lengths(vectors.get(stored.ROWS), carried["dim"])
        rows = stored.rows_of(record)
        _check_places(rows)
    except KeyError as error:
        return ExaminedPoint(number, None, f"it carries no {error}", n_pooled)
    except (TypeError, ValueError) as error:
        return ExaminedPoint(number, None, str(error), n_pooled)
    return ExaminedPoint(number, rows, "", n_pooled)


def count_generations(payloads: Iterable[stored.Payload | None]) -> dict[UUID, int]:
    """Count points by the generation that they carry."""
    return Counter(_generation(payload or {}) for payload in payloads)


def _generation(carried: stored.Payload) -> UUID:
    try:
        return UUID(carried[stored.GENERATION])
    except (AttributeError, KeyError, TypeError, ValueError):
        return NO_GENERATION


def _check_place(point: UUID, carried: stored.Payload) -> None:
    """Do nothing where a point lies under the id of its page.

    Raises:
        KeyError: it does not say whose page it is.
        ValueError: it lies under another id, so that writing the page again leaves it there.
    """
    page = carried[stored.PAGE]
    if point != stored.point_id(UUID(carried[stored.GENERATION]), page):
        raise ValueError(f"it lies under the id {point}, which is not that of page {page}")


def _check_lengths(vectors: object, dim: int) -> None:
    """Do nothing where all rows are finite, of `dim` values, and of unit length.

    Raises:
        ValueError: they are not.
    """
    rows = np.asarray([] if vectors is None else vectors, dtype=np.float32).reshape(-1, dim)
    if not bool(np.isfinite(rows).all()):
        raise ValueError("its rows are not finite")
    lengths = np.linalg.norm(rows, axis=1)
    if len(rows) and float(np.abs(lengths - 1).max()) > HALF_TOLERANCE:
        told = f"{lengths.min():.4f} to {lengths.max():.4f}"
        raise ValueError(f"its rows are {told} long, not 1")


def _check_places(rows: Rows) -> None:
    """Do nothing where all rows stand somewhere on the page and are of a known kind.

    Raises:
        ValueError: one does not, or is not.
    """
    left, top, right, bottom = rows.boxes.T
    if bool(((left > right) | (top > bottom)).any()):
        raise ValueError("a row's box ends before it begins")
    if bool((rows.kinds > max(RowKind)).any()):
        raise ValueError(f"a row is of a kind that is not known: {int(rows.kinds.max())}")


def _length(vectors: object) -> int:
    return len(vectors) if isinstance(vectors, list | np.ndarray) else 0
