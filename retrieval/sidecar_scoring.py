"""Pages scored in this process, over sidecars."""

from collections.abc import Sequence
from uuid import UUID

from index.catalog.entries import Collection, Layer, LiveDocument
from index.errors import PageNotFound
from index.records import Question, Rows
from retrieval.int8.scoring import Kernel
from retrieval.rows import RowKeeper
from retrieval.scorer import Scorer
from retrieval.selection import Selection
from retrieval.stages import MIN_REFINED, PageScorer


class SidecarScoring:
    """A Scoring over the sidecars of a keeper.

    Args:
        keeper: of the sidecars.
        threads: that share the scoring of one question.
        kernel: of the int8 stages; the fastest unless told.
        min_refined: pages, at least, that are looked at with all their rows.
    """

    def __init__(
        self,
        keeper: RowKeeper,
        *,
        threads: int = 1,
        kernel: Kernel | None = None,
        min_refined: int = MIN_REFINED,
    ) -> None:
        self._keeper = keeper
        self._threads = threads
        self._kernel = kernel
        self._min_refined = min_refined

    def select(self, collection: Collection, documents: Sequence[LiveDocument]) -> Selection:
        """Select every page of some documents."""
        live = [document.generation for document in documents]
        views = [self._keeper.view(layer, live) for layer in collection.layers]
        return Selection.of(documents, views)

    def scorers(
        self, collection: Collection, questions: Sequence[Question], pages: Selection
    ) -> Sequence[Scorer]:
        """Return for each layer what scores these pages for its question."""
        return [
            PageScorer(
                question, *slots, pages.owner, self._threads, self._kernel, self._min_refined
            )
            for _, question, slots in zip(collection.layers, questions, pages.layers, strict=True)
        ]

    def page_rows(self, layer: Layer, generation: UUID, page: int) -> Rows:
        """Return the rows of one page."""
        view = self._keeper.view(layer, [generation])
        slot = view.slot(generation, page)
        if slot is None:
            raise PageNotFound(f"generation {generation} has no page {page}")
        return view.page_rows(slot)

    def prepare(self, layers: Sequence[Layer], generation: UUID, /) -> None:
        """Make what was just published ready to be scored, before somebody asks for it."""
        for layer in layers:
            self._keeper.view(layer, [generation])

    def knows(self, collection: Collection, /) -> bool:
        """Say whether there is a sidecar of a collection, for it was searched here before."""
        return any(self._keeper.stores(collection))

    def keep(self, collection: Collection, live: set[UUID], /) -> None:
        """Forget generations and stores that do not answer any more."""
        self._keeper.keep_stores(collection)
        for layer in collection.layers:
            self._keeper.keep_only(layer, live)

    def drop(self, store: str, /) -> None:
        """Remove a layer's sidecar; twice equals once."""
        self._keeper.drop(store)

    def close(self) -> None:
        """Let go of every file; twice equals once."""
        self._keeper.close()
