"""What a search sees of a sidecar: slots of pages, and their rows in each form.

A view never changes. What is added later makes another view; the files below only grow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.records import Rows
from retrieval.int8.packing import PackedPages
from retrieval.sidecar.layout import Entry, read_places


class Slots(NamedTuple):
    """Where a generation's pages are: its context, then `n_pages` pages."""

    context: int
    n_pages: int


@dataclass(frozen=True, slots=True)
class Table:
    """A line for each slot.

    Attributes:
        page: `(n,)` int32 page numbers, 0 for a context.
        n_rows: `(n,)` int64.
        n_groups: `(n,)` int64 packed groups of its rows.
        scale: `(n,)` float32 of these.
        n_pooled: `(n,)` int64 packed groups of its pooled rows.
        pooled_scale: `(n,)` float32 of these.
    """

    page: NDArray[np.int32]
    n_rows: NDArray[np.int64]
    n_groups: NDArray[np.int64]
    scale: NDArray[np.float32]
    n_pooled: NDArray[np.int64]
    pooled_scale: NDArray[np.float32]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the lines of a generation."""
        return cls(
            page=np.array(entry.pages, np.int32),
            n_rows=np.array(entry.n_rows, np.int64),
            n_groups=np.array(entry.n_groups, np.int64),
            scale=np.array(entry.scales, np.float32),
            n_pooled=np.array(entry.n_pooled, np.int64),
            pooled_scale=np.array(entry.pooled_scales, np.float32),
        )

    @classmethod
    def joined(cls, tables: Sequence["Table"]) -> Self:
        """Put tables one behind the other."""
        columns: dict[str, NDArray[Any]] = {
            field.name: np.concatenate([getattr(table, field.name) for table in tables])
            for field in fields(cls)
        }
        return cls(**columns)

    def __len__(self) -> int:
        return len(self.page)


@dataclass(frozen=True, slots=True)
class SidecarView:
    """A sidecar as it was at one moment; all arrays of rows are mapped files.

    Attributes:
        page: `(n_slots,)` int32 page number of each slot, 0 for a context.
        slots: where each generation's are.
        rows: the rows of all slots, for the int8 kernel.
        pooled: their pooled rows, likewise.
        exact: `(n_rows, dim)` float16, the rows of all slots.
        places: `(n_rows,)` where they stand.
        offsets: `(n_slots + 1,)` int64 first exact row of each slot, and the end.
    """

    page: NDArray[np.int32]
    slots: Mapping[UUID, Slots]
    rows: PackedPages
    pooled: PackedPages
    exact: NDArray[np.float16]
    places: NDArray[np.void]
    offsets: NDArray[np.int64]

    def vectors(self, slot: int) -> NDArray[np.float16]:
        """Return a slot's rows, `(n_rows, dim)`."""
        return self.exact[self.offsets[slot] : self.offsets[slot + 1]]

    def page_rows(self, slot: int) -> Rows:
        """Return a slot's rows with their places."""
        boxes, kinds = read_places(self.places[self.offsets[slot] : self.offsets[slot + 1]])
        return Rows(self.vectors(slot).astype(np.float32), boxes, kinds)

    def slot(self, generation: UUID, page: int) -> int | None:
        """Return the slot of a page, None where the generation has no such page."""
        context, n_pages = self.slots[generation]
        mine = self.page[context : context + n_pages + 1]
        place = int(np.searchsorted(mine, page))
        return context + place if place <= n_pages and mine[place] == page else None


def ends(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of several stretches begins, and the end of the last, `(n + 1,)`."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
