"""Which pages a search may find, and where their rows are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.catalog.entries import LiveDocument
from index.records import Float32
from index.vectors.base import TermHit
from retrieval.hits import PageScope
from retrieval.sidecar.view import SidecarView, ends


@dataclass(frozen=True, slots=True)
class Selection:
    """Pages, documents in catalog order and each one's pages side by side.

    Attributes:
        documents: whose pages these are; some may have none here.
        views: the sidecar of each layer.
        slots: for each layer `(n_pages,)` the pages' slots in its sidecar.
        contexts: for each layer `(n_documents,)` the contexts' slots.
        owner: `(n_pages,)` index of each page's document.
        pages: `(n_pages,)` page numbers.
    """

    documents: Sequence[LiveDocument]
    views: Sequence[SidecarView]
    slots: Sequence[NDArray[np.int64]]
    contexts: Sequence[NDArray[np.int64]]
    owner: NDArray[np.int64]
    pages: NDArray[np.int32]

    @classmethod
    def of(cls, documents: Sequence[LiveDocument], views: Sequence[SidecarView]) -> Self:
        """Select every page of some documents."""
        found = [[view.slots[one.generation] for one in documents] for view in views]
        contexts = [np.array([slots.context for slots in mine], np.int64) for mine in found]
        n_pages = np.array([slots.n_pages for slots in found[0]], np.int64)
        owner = np.repeat(np.arange(len(documents)), n_pages)
        within = np.arange(len(owner)) - ends(n_pages)[:-1][owner]
        slots = [mine[owner] + 1 + within for mine in contexts]
        return cls(documents, views, slots, contexts, owner, views[0].page[slots[0]])

    def inside(self, scope: PageScope) -> "Selection":
        """Keep the pages whose numbers are inside."""
        if scope.first <= 1 and scope.last is None:
            return self
        last = np.inf if scope.last is None else scope.last
        kept = (self.pages >= scope.first) & (self.pages <= last)
        return Selection(
            self.documents,
            self.views,
            [slots[kept] for slots in self.slots],
            self.contexts,
            self.owner[kept],
            self.pages[kept],
        )

    @property
    def generations(self) -> set[UUID]:
        """The generations whose pages these are."""
        return {document.generation for document in self.documents}

    def spread(self, hits: Sequence[TermHit]) -> Float32:
        """Lay term scores over the pages; a page that is not among the hits scores 0."""
        scores = np.zeros(len(self.pages), np.float32)
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
