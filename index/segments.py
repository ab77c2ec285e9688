"""A segment: the rows of a whole generation in one layer, as bytes that never change.

A server that scores rows needs every one of them, and a vector store hands them out slowly, number
by number. A segment has the same numbers in the form in which they are kept, half precision and
16-bit boxes, so that rows read from it are, to the last bit, those read from the store.

It is a run of messages (`index/messages.py`), each behind its length and with some of the pages:
neither who writes one nor who reads it has more of them in memory. Each says whose rows it has and
which model made them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Self
from uuid import UUID

import numpy as np
from pydantic import BaseModel, ConfigDict

from index.encoders.base import ModelPin
from index.errors import BlobNotFound
from index.manifest import IndexManifest
from index.messages import array, pack, unpack
from index.records import RowChoice, Rows, as_16_bit, from_16_bit
from index.vectors.base import CONTEXT_PAGE

FORMAT = 1
MESSAGE_PAGES = 16
MAX_MESSAGE_BYTES = 1 << 26  # pages are at most 2 MiB of values, and their places
LENGTH_BYTES = 8

NumberedRows = tuple[int, Rows]


class SegmentUnusable(BlobNotFound):
    """Bytes that are no segment of this version, or that of something else."""


class Whose(BaseModel):
    """Whose rows a segment has, and what made them.

    Attributes:
        format: version of the layout.
        generation: whose pages.
        model: what encoded them.
        rows: what rows a page has.
    """

    model_config = ConfigDict(frozen=True)

    generation: UUID
    model: ModelPin
    rows: RowChoice
    format: int = FORMAT

    @classmethod
    def of(cls, generation: UUID, manifest: IndexManifest) -> Self:
        """Say it of a generation in a layer with this manifest."""
        return cls(generation=generation, model=manifest.pin, rows=manifest.rows)


def write_segment(whose: Whose, pages: Iterable[NumberedRows]) -> Iterator[bytes]:
    """Yield a segment, some pages at a time; equal rows give equal bytes.

    Args:
        whose: what is said in it.
        pages: number and rows of each page as the vector store has them, in order behind the
            context, which is page 0.
    """
    items = iter(pages)
    while some := list(islice(items, MESSAGE_PAGES)):
        message = _message(whose, some)
        yield len(message).to_bytes(LENGTH_BYTES, "little")
        yield message


def read_segment(whose: Whose, file: IO[bytes]) -> Iterator[NumberedRows]:
    """Yield number and rows of each page, as `VectorStore.read_rows` does.

    Raises:
        SegmentUnusable: it is none, or not the one that it is to be.
    """
    last = CONTEXT_PAGE - 1
    try:
        while length := file.read(LENGTH_BYTES):
            n_bytes = min(int.from_bytes(length, "little"), MAX_MESSAGE_BYTES)
            for number, rows in _pages(whose, file.read(n_bytes)):
                _check_order(last, number)
                last = number
                yield number, rows
    except ValueError as error:
        raise SegmentUnusable(f"no segment of generation {whose.generation}: {error}") from error
    if last < CONTEXT_PAGE:
        raise SegmentUnusable(f"the segment of generation {whose.generation} is empty")


def _message(whose: Whose, pages: Sequence[NumberedRows]) -> bytes:
    found = [rows for _, rows in pages]
    return pack(
        whose,
        {
            "pages": np.array([number for number, _ in pages], np.uint32),
            "n_rows": np.array([len(rows) for rows in found], np.uint32),
            "vectors": np.concatenate([rows.vectors for rows in found]).astype(np.float16),
            "boxes": np.concatenate([as_16_bit(rows.boxes) for rows in found]),
            "kinds": np.concatenate([rows.kinds for rows in found]),
        },
    )


def _pages(whose: Whose, message: bytes) -> Iterator[NumberedRows]:
    """Take a message apart.

    Raises:
        ValueError: it is something else, or rows in it are no rows.
    """
    told, arrays = unpack(Whose, message)
    if told != whose:
        raise ValueError(f"it tells of {told!r}, and was to tell of {whose!r}")
    n_pages = len(arrays.get("pages", ()))
    numbers = array(arrays, "pages", np.uint32, (n_pages,)).tolist()
    n_rows = array(arrays, "n_rows", np.uint32, (n_pages,)).tolist()
    total = sum(n_rows)
    vectors = array(arrays, "vectors", np.float16, (total, whose.model.dim))
    boxes = array(arrays, "boxes", np.uint16, (total, 4))
    kinds = array(arrays, "kinds", np.uint8, (total,))
    start = 0
    for number, n in zip(numbers, n_rows, strict=True):
        mine = slice(start, start := start + n)
        stored = Rows(vectors[mine].astype(np.float32), from_16_bit(boxes[mine]), kinds[mine])
        yield number, stored.to_unit()


def _check_order(last: int, number: int) -> None:
    is_next = number > last if last >= CONTEXT_PAGE else number == CONTEXT_PAGE
    if not is_next:
        raise ValueError(f"page {number} comes behind page {last}")
