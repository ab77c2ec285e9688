"""What a sidecar's files hold of a generation, and the line that its journal keeps of it.

    rows.int8     the rows of each page, packed for the int8 kernel
    pooled.int8   its pooled rows, likewise
    rows.float16  its rows as the vector store has them, for exact scores
    places.u16    where its rows stand: left, top, right, bottom in 65,535ths of the page, and kind

A page is a slot: a generation's context comes first, as page 0, then its pages in order. In every
file the slots follow one another without gaps.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self
from uuid import UUID
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.records import Rows
from retrieval.int8.packing import pack_page
from retrieval.pooling import pooled

PLACE = np.dtype([("box", "<u2", 4), ("kind", "u1")])
BOX_SCALE = 65_535


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


def lay_out(generation: UUID, pages: Mapping[int, Rows]) -> tuple[Entry, Parts]:
    """Bring a generation's pages, its context among them, into the forms of the four files."""
    numbers = sorted(pages)
    found = [pages[number] for number in numbers]
    rows = [pack_page(one.vectors) for one in found]
    few = [pack_page(pooled(one)) for one in found]
    parts = Parts(
        rows=b"".join(groups.tobytes() for groups, _ in rows),
        pooled=b"".join(groups.tobytes() for groups, _ in few),
        exact=b"".join(one.vectors.astype("<f2").tobytes() for one in found),
        places=b"".join(_places(one).tobytes() for one in found),
    )
    entry = Entry(
        generation=generation,
        pages=numbers,
        n_rows=[len(one) for one in found],
        n_groups=[len(groups) for groups, _ in rows],
        scales=[float(scale) for _, scale in rows],
        n_pooled=[len(groups) for groups, _ in few],
        pooled_scales=[float(scale) for _, scale in few],
        sizes=Sizes(*map(len, parts)),
        checksums=tuple(map(crc32, parts)),
    )
    return entry, parts


def read_places(places: NDArray[np.void]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return boxes `(n_rows, 4)` and kinds `(n_rows,)` of what `places.u16` holds."""
    return (places["box"] / BOX_SCALE).astype(np.float32), places["kind"].copy()


def _places(rows: Rows) -> NDArray[np.void]:
    places = np.empty(len(rows), PLACE)
    places["box"] = np.rint(rows.boxes * BOX_SCALE).clip(0, BOX_SCALE)
    places["kind"] = rows.kinds
    return places
