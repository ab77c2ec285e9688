"""Points of some pages in one file: NumPy's arrays, which tell any damage, and no pickles.

Rows are kept in half precision, as the vector stores hold them.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import BackupDamaged
from index.records import Float32, Rows, SparseVector, as_16_bit, from_16_bit
from index.vectors.base import PagePoint

Arrays = dict[str, NDArray[Any]]


def encode_points(points: Sequence[PagePoint]) -> bytes:
    """Return the bytes of a file that holds these points."""
    dim = points[0].rows.dim
    pooled = [np.empty((0, dim), np.float32) if p.pooled is None else p.pooled for p in points]
    packed = io.BytesIO()
    np.savez(
        packed,
        pages=np.array([point.page for point in points], np.int32),
        vectors=_joined(point.rows.vectors for point in points).astype(np.float16),
        vector_ends=_ends(point.rows.vectors for point in points),
        boxes=as_16_bit(_joined(point.rows.boxes for point in points)),
        kinds=_joined(point.rows.kinds for point in points),
        terms=_joined(point.terms.indices for point in points),
        term_values=_joined(point.terms.values for point in points),
        term_ends=_ends(point.terms.indices for point in points),
        pooled=_joined(pooled).astype(np.float16),
        pooled_ends=_ends(pooled),
    )
    return packed.getvalue()


def decode_points(content: bytes) -> list[PagePoint]:
    """Return the points that a file holds.

    Raises:
        BackupDamaged: it holds no points, or rows that are no rows.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return _points(dict(file))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, EOFError) as error:
        raise BackupDamaged(f"a file with points cannot be read: {error}") from error


def _points(arrays: Arrays) -> list[PagePoint]:
    """Take the arrays apart, a point for each page."""
    vectors = _parts(_floats(arrays["vectors"]), arrays["vector_ends"])
    boxes = _parts(from_16_bit(arrays["boxes"]), arrays["vector_ends"])
    kinds = _parts(arrays["kinds"], arrays["vector_ends"])
    terms = _parts(arrays["terms"], arrays["term_ends"])
    values = _parts(arrays["term_values"], arrays["term_ends"])
    pooled = _parts(_floats(arrays["pooled"]), arrays["pooled_ends"])
    return [
        PagePoint(int(page), Rows(*rows), SparseVector(*sparse), means if len(means) else None)
        for page, rows, sparse, means in zip(
            arrays["pages"],
            zip(vectors, boxes, kinds, strict=True),
            zip(terms, values, strict=True),
            pooled,
            strict=True,
        )
    ]


def _joined(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(parts))


def _ends(parts: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    return np.cumsum([len(part) for part in parts], dtype=np.int64)


def _parts(joined: NDArray[Any], ends: NDArray[np.int64]) -> list[NDArray[Any]]:
    """Cut what was joined; the last end is its length.

    Raises:
        ValueError: the ends are those of something else.
    """
    if len(ends) and int(ends[-1]) != len(joined):
        raise ValueError(f"{len(joined)} rows were to end at {int(ends[-1])}")
    return [joined[start:end] for start, end in pairwise([0, *ends.tolist()])]


def _floats(halves: NDArray[Any]) -> Float32:
    return halves.astype(np.float32)
