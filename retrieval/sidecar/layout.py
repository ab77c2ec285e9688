"""What a sidecar's files hold of a generation, and the line that its journal keeps of it.

    rows.int8     the rows of each page, packed for the int8 kernel
    pooled.int8   its pooled rows, likewise
    rows.float16  its rows as the vector store has them, for exact scores
    places.u16    where its rows stand: left, top, right, bottom in 65,535ths of the page, and kind

A page is a slot: a generation's context comes first, as page 0, then its pages in order. In every
file the slots follow one another without gaps.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self
from uuid import UUID
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.pooling import pooled
from index.records import Rows, as_16_bit, from_16_bit
from retrieval.int8.packing import pack_pages

PLACE = np.dtype([("box", "<u2", 4), ("kind", "u1")])


class Parts(NamedTuple):
    """Something for each of the four files."""

    rows: bytes
    pooled: bytes
    exact: bytes
    places: bytes


class Sizes(NamedTuple):
    """Bytes in each of the four files."""

    rows: int = 0
    pooled: int = 0
    exact: int = 0
    places: int = 0

    def plus(self, other: "Sizes") -> "Sizes":
        """Add up file by file."""
        return Sizes(*(mine + yours for mine, yours in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Entry:
    """A generation's line in the journal.

    Attributes:
        generation: whose pages these are.
        pages: page numbers, ascending; 0 is the context.
        n_rows: rows of each page.
        n_groups: packed groups of each page's rows.
        scales: of these groups.
        n_pooled: packed groups of each page's pooled rows.
        pooled_scales: of these groups.
        sizes: bytes in each file.
        checksums: crc32 of these bytes, file by file.
    """

    generation: UUID
    pages: list[int]
    n_rows: list[int]
    n_groups: list[int]
    scales: list[float]
    n_pooled: list[int]
    pooled_scales: list[float]
    sizes: Sizes
    checksums: tuple[int, ...]

    @classmethod
    def nothing(cls, generation: UUID) -> Self:
        """Return the entry of a generation of which nothing is laid out."""
        return cls(generation, [], [], [], [], [], [], Sizes(), (0, 0, 0, 0))

    def to_line(self) -> bytes:
        """Return the journal's line, with its own checksum in front."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        told = json.dumps({**fields, "generation": self.generation.hex}).encode()
        return b"%08x %b\n" % (crc32(told), told)

    @classmethod
    def from_line(cls, line: bytes) -> Self | None:
        """Read a line; None when it is torn or damaged."""
        checksum, _, told = line.rstrip(b"\n").partition(b" ")
        if not line.endswith(b"\n") or checksum != b"%08x" % crc32(told):
            return None
        fields = json.loads(told)
        return cls(
            **{
                **fields,
                "generation": UUID(fields["generation"]),
                "sizes": Sizes(*fields["sizes"]),
                "checksums": tuple(fields["checksums"]),
            }
        )


def lay_out(pages: Sequence[tuple[int, Rows]], before: Entry) -> tuple[Entry, Parts]:
    """Bring more pages of a generation into the forms of the four files.

    Args:
        pages: number and rows of each page, behind those that are laid out.
        before: what is laid out of the generation; of its first pages, `Entry.nothing`.

    Returns:
        What is laid out then, and the bytes that came.
    """
    found = [rows for _, rows in pages]
    packed = pack_pages([one.vectors for one in found], found[0].dim)
    few = pack_pages([pooled(one) for one in found], found[0].dim)
    parts = Parts(
        rows=packed.groups.tobytes(),
        pooled=few.groups.tobytes(),
        exact=b"".join(one.vectors.astype("<f2").tobytes() for one in found),
        places=b"".join(_places(one).tobytes() for one in found),
    )
    entry = Entry(
        generation=before.generation,
        pages=before.pages + [number for number, _ in pages],
        n_rows=before.n_rows + [len(one) for one in found],
        n_groups=before.n_groups + np.diff(packed.offsets).tolist(),
        scales=before.scales + packed.scales.tolist(),
        n_pooled=before.n_pooled + np.diff(few.offsets).tolist(),
        pooled_scales=before.pooled_scales + few.scales.tolist(),
        sizes=before.sizes.plus(Sizes(*map(len, parts))),
        checksums=tuple(map(crc32, parts, before.checksums)),
    )
    return entry, parts


def read_places(places: NDArray[np.void]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return boxes `(n_rows, 4)` and kinds `(n_rows,)` of what `places.u16` holds."""
    return from_16_bit(places["box"]), places["kind"].copy()


def _places(rows: Rows) -> NDArray[np.void]:
    places = np.empty(len(rows), PLACE)
    places["box"] = as_16_bit(rows.boxes)
    places["kind"] = rows.kinds
    return places
