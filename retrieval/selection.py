"""Which pages a search may find, and where their rows are."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.catalog.entries import LiveDocument
from index.records import Float32
from index.vectors.base import PageHit
from retrieval.hits import PageScope
from retrieval.sidecar.view import SidecarView, ends

Places = NDArray[np.int64]


class LayerSlots(NamedTuple):
    """Where a layer's rows of selected pages are.

    Attributes:
        view: its sidecar.
        slots: `(n_pages,)` the pages' slots.
        contexts: `(n_documents,)` the contexts' slots.
    """

    view: SidecarView
    slots: Places
    contexts: Places


@dataclass(frozen=True, slots=True)
class Selection:
    """Pages, documents in catalog order and each one's pages side by side.

    Attributes:
        documents: whose pages these are; some may have none here.
        owner: `(n_pages,)` index of each page's document.
        pages: `(n_pages,)` page numbers.
        scope: what the pages were narrowed to.
        layers: their rows in sidecars; none where the vector store scores.
    """

    documents: Sequence[LiveDocument]
    owner: Places
    pages: NDArray[np.int32]
    scope: PageScope = field(default_factory=PageScope)
    layers: Sequence[LayerSlots] = ()

    @classmethod
    def of(cls, documents: Sequence[LiveDocument], views: Sequence[SidecarView]) -> Self:
        """Select every page that sidecars have of some documents."""
        found = [[view.slots[one.generation] for one in documents] for view in views]
        contexts = [np.array([slots.context for slots in mine], np.int64) for mine in found]
        n_pages = np.array([slots.n_pages for slots in found[0]], np.int64)
        owner = np.repeat(np.arange(len(documents)), n_pages)
        within = np.arange(len(owner)) - ends(n_pages)[:-1][owner]
        slots = [mine[owner] + 1 + within for mine in contexts]
        layers = [*map(LayerSlots, views, slots, contexts)]
        return cls(documents, owner, views[0].page[slots[0]], layers=layers)

    @classmethod
    def listed(cls, documents: Sequence[LiveDocument], numbers: Sequence[Sequence[int]]) -> Self:
        """Select the pages of these numbers, ascending, of each document."""
        owner = np.repeat(np.arange(len(documents)), [len(mine) for mine in numbers])
        return cls(documents, owner, np.array([n for mine in numbers for n in mine], np.int32))

    def inside(self, scope: PageScope) -> "Selection":
        """Keep the pages whose numbers are inside."""
        if scope.first <= 1 and scope.last is None:
            return replace(self, scope=scope)
        last = np.inf if scope.last is None else scope.last
        kept = (self.pages >= scope.first) & (self.pages <= last)
        layers = [LayerSlots(one.view, one.slots[kept], one.contexts) for one in self.layers]
        return Selection(self.documents, self.owner[kept], self.pages[kept], scope, layers)

    @property
    def generations(self) -> set[UUID]:
        """The generations whose pages these are."""
        return {document.generation for document in self.documents}

    def spread(self, hits: Sequence[PageHit], *, unseen: float = 0) -> Float32:
        """Lay scores over the pages; one that is not among the hits scores `unseen`."""
        scores = np.full(len(self.pages), unseen, np.float32)
        place = {document.generation: n for n, document in enumerate(self.documents)}
        starts = np.searchsorted(self.owner, np.arange(len(self.documents) + 1))
        for hit in hits:
            document = place.get(hit.generation)
            if document is not None:
                first, last = starts[document], starts[document + 1]
                at = first + np.searchsorted(self.pages[first:last], hit.page)
                if at < last and self.pages[at] == hit.page:
                    scores[at] = hit.score
        return scores

    def __len__(self) -> int:
        return len(self.pages)
