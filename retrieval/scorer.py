"""What a search asks of whatever scores pages by their rows: sidecars, or the vector store."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from index.catalog.entries import Collection, Layer, LiveDocument
from index.records import Float32, Question, Rows
from retrieval.selection import Places, Selection

Told = Callable[[], Places]  # waits for the places of pages that something else found


class Scorer(Protocol):
    """Scores selected pages by the rows of one layer for one question."""

    def overview(self, told: Told, /) -> Float32:
        """Score all pages, not yet exactly, `(n_pages,)`; `told` ones deserve a closer look."""

    def exact(self, places: Places) -> Float32:
        """Score some pages exactly, `(n_places,)`; their documents' contexts join in."""

    def rows(self, places: Places) -> list[Rows]:
        """Return the rows of some pages."""


class Scoring(Protocol):
    """Has the rows of live pages scored. Every verb may raise VectorStoreUnavailable."""

    def select(self, collection: Collection, documents: Sequence[LiveDocument]) -> Selection:
        """Select every page of some documents.

        Raises:
            PageNotFound: a generation has been collected meanwhile.
        """

    def scorers(
        self, collection: Collection, questions: Sequence[Question], pages: Selection
    ) -> Sequence[Scorer]:
        """Return for each layer what scores these pages for its question."""

    def page_rows(self, layer: Layer, generation: UUID, page: int) -> Rows:
        """Return the rows of one page.

        Raises:
            PageNotFound: the generation is gone, or has no such page.
        """

    def prepare(self, layers: Sequence[Layer], generation: UUID, /) -> None:
        """Make what was just published ready to be scored, before somebody asks for it."""

    def knows(self, collection: Collection, /) -> bool:
        """Say whether something is kept of a collection, for it was searched here before."""

    def keep(self, collection: Collection, live: set[UUID], /) -> None:
        """Forget what was kept of generations of a collection that are not live any more."""

    def drop(self, store: str, /) -> None:
        """Forget a layer; twice equals once."""

    def close(self) -> None:
        """Let go of every file; twice equals once."""
