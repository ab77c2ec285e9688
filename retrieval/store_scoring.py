"""Pages scored by the vector store itself, for collections that one machine does not hold.

One query finds pages by their pooled rows and scores these by all their rows; the few that are
reported are read and scored here, exactly, like those of a sidecar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from index.catalog.catalog import Catalog
from index.catalog.entries import Collection, Layer, LiveDocument
from index.records import Float32, Question, Rows
from index.vectors.base import CONTEXT_PAGE, VectorStore, Within
from retrieval.maxsim import maxsim
from retrieval.scorer import Scorer, Told
from retrieval.selection import Places, Selection
from retrieval.stages import MIN_REFINED, refined_depth


class StoreScoring:
    """A Scoring by the vector store; nothing is kept here.

    Args:
        vectors: what scores.
        catalog: says which pages documents have.
        min_refined: pages, at least, that are scored by all their rows.
    """

    def __init__(
        self, vectors: VectorStore, catalog: Catalog, *, min_refined: int = MIN_REFINED
    ) -> None:
        self._vectors = vectors
        self._catalog = catalog
        self._min_refined = min_refined

    def select(self, _collection: Collection, /, documents: Sequence[LiveDocument]) -> Selection:
        """Select every page of some documents."""
        numbers = self._catalog.readable_pages([one.generation for one in documents])
        return Selection.listed(documents, [numbers.get(one.generation, []) for one in documents])

    def scorers(
        self, collection: Collection, questions: Sequence[Question], pages: Selection
    ) -> Sequence[Scorer]:
        """Return for each layer what scores these pages for its question."""
        return [
            StoreScorer(question, self._vectors, layer.store, pages, self._min_refined)
            for question, layer in zip(questions, collection.layers, strict=True)
        ]

    def page_rows(self, layer: Layer, generation: UUID, page: int) -> Rows:
        """Return the rows of one page."""
        return next(_read(self._vectors, layer.store, [(generation, page)]))

    def prepare(self, _layers: Sequence[Layer], _generation: UUID, /) -> None:
        """The store is ready."""

    def knows(self, _collection: Collection, /) -> bool:
        """Say no: nothing is kept."""
        return False

    def keep(self, _collection: Collection, _live: set[UUID], /) -> None:
        """Do nothing: nothing is kept."""

    def drop(self, _store: str, /) -> None:
        """Do nothing: nothing is kept."""

    def close(self) -> None:
        """Do nothing: the store is closed by whoever opened it."""


@dataclass(frozen=True, slots=True)
class StoreScorer:
    """Scores pages of one layer for one question by the vector store.

    Attributes:
        question: the question.
        vectors: what scores.
        store: its name for the layer.
        pages: that may be found.
        min_refined: of them, at least, are scored by all their rows.
    """

    question: Question
    vectors: VectorStore
    store: str
    pages: Selection
    min_refined: int = MIN_REFINED

    def overview(self, _told: Told, /) -> Float32:
        """Score the pages that the store puts in front; contexts do not join in.

        The others get the lowest of these scores. They are most of a large collection, so fusion,
        which measures from the average page, would be misled without them: what it took for the
        average would be that of the best. Where the store returned less than it was asked for there
        are no others but pages without rows, and these stay at minus infinity.
        """
        depth = refined_depth(len(self.pages), least=self.min_refined)
        if not depth:
            return np.empty(0, np.float32)
        hits = self.vectors.search_rows(
            self.store, self.question, limit=depth, prefetch=depth, within=self._within()
        )
        scores = self.pages.spread(hits, unseen=-np.inf)
        if len(hits) == depth and np.isfinite(scores).any():
            scores[np.isneginf(scores)] = min(hit.score for hit in hits)
        return scores

    def exact(self, places: Places) -> Float32:
        """Score some pages exactly, `(n_places,)`; their documents' contexts join in."""
        documents, owner = np.unique(self.pages.owner[places], return_inverse=True)
        contexts = [(self.pages.documents[n].generation, CONTEXT_PAGE) for n in documents]
        return maxsim(
            self.question,
            (one.vectors for one in _read(self.vectors, self.store, self._named(places))),
            contexts=[one.vectors for one in _read(self.vectors, self.store, contexts)],
            owner=owner.tolist(),
        )

    def rows(self, places: Places) -> list[Rows]:
        """Return the rows of some pages."""
        return [*_read(self.vectors, self.store, self._named(places))]

    def _within(self) -> Within:
        scope = self.pages.scope
        generations = None if scope.only is None else sorted(self.pages.generations)
        return Within(generations, scope.first, scope.last)

    def _named(self, places: Places) -> list[tuple[UUID, int]]:
        owners = (self.pages.documents[n] for n in self.pages.owner[places])
        numbers = self.pages.pages[places].tolist()
        return [(one.generation, page) for one, page in zip(owners, numbers, strict=True)]


def _read(vectors: VectorStore, store: str, pages: Sequence[tuple[UUID, int]]) -> Iterator[Rows]:
    """Read rows in half precision, as a sidecar keeps them: scores then have the same bytes."""
    for rows in vectors.read_pages(store, pages):
        yield replace(rows, vectors=rows.vectors.astype(np.float16).astype(np.float32))
