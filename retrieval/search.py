"""From a question to pages: MaxSim over rows and BM25 over terms, fused, with regions.

Every arm sees the same pages: those of live documents that pass the filter. The catalog says which
these are at each search, so a document is found wholly or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import numpy as np

from index.catalog.catalog import Catalog
from index.catalog.entries import Collection, LiveDocument
from index.encoders.lexical import lexical_encoder
from index.errors import NotFound, Unavailable
from index.manifest import EncoderOf
from index.records import Float32, PageWords, Question, RowKind, Rows
from index.vectors.base import VectorStore
from retrieval.fusion import TERM_WEIGHT, Arm, fuse, ranked, with_neighbours
from retrieval.hits import Hit, Region, SearchQuery, SearchResult
from retrieval.maxsim import maxsim
from retrieval.patch_regions import find_patch_regions
from retrieval.regions import find_regions
from retrieval.rows import GenerationRows, RowCache

TERM_HITS = 1000
ATTEMPTS = 4

ReadWords = Callable[[UUID, int], PageWords]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The pages that a search may find, documents in catalog order.

    Attributes:
        documents: the live documents.
        rows: their rows, one entry a document.
        owner: `(n_pages,)` index of each page's document.
        place: `(n_pages,)` index of each page within its document's rows.
    """

    documents: Sequence[LiveDocument]
    rows: Sequence[GenerationRows]
    owner: list[int]
    place: list[int]

    def page(self, i: int) -> int:
        """Return the page number of candidate `i`."""
        return self.rows[self.owner[i]].pages[self.place[i]]

    def vectors(self) -> list[Float32]:
        """Return each page's rows."""
        places = zip(self.owner, self.place, strict=True)
        return [self.rows[d].rows[p].vectors for d, p in places]

    def spread(self, scores: Mapping[tuple[UUID, int], float]) -> Float32:
        """Lay page scores over the candidates; a page that is not named scores 0."""
        keys = ((self.documents[d].generation, self.page(i)) for i, d in enumerate(self.owner))
        return np.array([scores.get(key, 0.0) for key in keys], dtype=np.float32)


class Searcher:
    """Searches collections.

    Args:
        catalog: says which documents are live.
        vectors: scores terms.
        encoder_of: opens the encoder that a collection was built with.
        rows: the rows of live pages.
        words: reads the words of a page of a generation.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorStore,
        encoder_of: EncoderOf,
        rows: RowCache,
        *,
        words: ReadWords,
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._encoder_of = encoder_of
        self._rows = rows
        self._words = words

    def search(self, collection: Collection, query: SearchQuery) -> SearchResult:
        """Find the pages that match a question best.

        Raises:
            VectorStoreUnavailable: the store does not answer.
            Unavailable: documents went away while they were read, again and again.
        """
        for _ in range(ATTEMPTS):
            with suppress(NotFound):  # a document went between two reads
                found, used = self._search(collection, query)
                if used <= self._live(collection, query):
                    return found
        raise Unavailable(f"documents changed during each of {ATTEMPTS} searches; try again")

    def _live(self, collection: Collection, query: SearchQuery) -> set[UUID]:
        documents = self._catalog.live_documents(collection.name, query.scope.only)
        return {document.generation for document in documents}

    def _search(self, collection: Collection, query: SearchQuery) -> tuple[SearchResult, set[UUID]]:
        """Search once; tells the generations that were seen, for they may be gone since."""
        clock = _Clock()
        question = self._encoder_of(collection.manifest).encode_question(query.text)
        clock.lap("encode")
        candidates = self._candidates(collection, query)
        clock.lap("read")
        arms = self._arm_scores(collection, query, question, candidates)
        clock.lap("score")
        fused = fuse([arm for arm in arms if arm.name in query.arms])
        fused = with_neighbours(fused, candidates.owner)
        best = [i for i in ranked(fused) if _is_seen(arms, i)][: query.limit]
        hits = tuple(self._hit(question, candidates, arms, i, float(fused[i])) for i in best)
        clock.lap("regions")
        used = {document.generation for document in candidates.documents}
        return SearchResult(hits, clock.laps), used

    def page_rows(
        self, collection: Collection, generation: UUID, page: int, text: str
    ) -> tuple[Question, Rows]:
        """Return a question and the rows of a page, to compare them."""
        (found,) = self._rows.rows(collection.store, [generation])
        place = found.pages.index(page)
        question = self._encoder_of(collection.manifest).encode_question(text)
        return question, found.rows[place]

    def _candidates(self, collection: Collection, query: SearchQuery) -> _Candidates:
        documents = self._catalog.live_documents(collection.name, query.scope.only)
        live = [document.generation for document in documents]
        self._rows.turn_to(collection.name, collection.store)
        if query.scope.only is None:
            self._rows.keep_only(collection.store, set(live))
        rows = self._rows.rows(collection.store, live)
        seen = [
            (d, p)
            for d, generation in enumerate(rows)
            for p, page in enumerate(generation.pages)
            if query.scope.holds(page)
        ]
        return _Candidates(documents, rows, [d for d, _ in seen], [p for _, p in seen])

    def _arm_scores(
        self, collection: Collection, query: SearchQuery, question: Question, found: _Candidates
    ) -> list[Arm]:
        return [
            Arm("maxsim", self._maxsim(question, found)),
            self._bm25(collection, query, found),
        ]

    @staticmethod
    def _maxsim(question: Question, found: _Candidates) -> Float32:
        contexts = [generation.context.vectors for generation in found.rows]
        return maxsim(question, found.vectors(), contexts=contexts, owner=found.owner)

    def _bm25(self, collection: Collection, query: SearchQuery, found: _Candidates) -> Arm:
        terms = lexical_encoder(collection.manifest.language[0]).encode_question(query.text)
        only = None if query.scope.only is None else [d.generation for d in found.documents]
        pages = self._vectors.search_pages(collection.store, terms, limit=TERM_HITS, only=only)
        scores = found.spread({(hit.generation, hit.page): hit.score for hit in pages})
        return Arm("bm25", scores, TERM_WEIGHT)

    def _hit(
        self, question: Question, found: _Candidates, arms: Sequence[Arm], i: int, score: float
    ) -> Hit:
        document = found.documents[found.owner[i]]
        rows = found.rows[found.owner[i]].rows[found.place[i]]
        page = found.page(i)
        words = self._words(document.generation, page)
        return Hit(
            document=document.document,
            generation=document.generation,
            name=document.name,
            page=page,
            score=score,
            relevance=_relevance(question, rows.vectors),
            arms={arm.name: float(arm.scores[i]) for arm in arms if np.isfinite(arm.scores[i])},
            regions=_regions(question, rows, words),
        )


def _regions(question: Question, rows: Rows, words: PageWords) -> tuple[Region, ...]:
    """Find regions by the page's patches where it has some, else by its lines."""
    patches = rows.kinds == RowKind.PATCH
    if patches.any():
        vectors, boxes = rows.vectors[patches], rows.boxes[patches]
        return find_patch_regions(question, vectors, boxes, words)
    return find_regions(question, rows.vectors, rows.boxes, words)


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.laps[stage] = 1000 * (now - self._since)
        self._since = now


def _is_seen(arms: Sequence[Arm], i: int) -> bool:
    """Tell whether any arm has something on a page; a blank one is not a find."""
    return any(np.isfinite(arm.scores[i]) and arm.scores[i] > 0 for arm in arms)


def _relevance(question: Question, vectors: Float32) -> float:
    """Return the weighted mean over question tokens of the best cosine on the page, 0 to 1."""
    asked = float(question.weights.sum())
    if not len(vectors) or asked <= 0:
        return 0.0
    best = float(maxsim(question, [vectors])[0]) / asked
    return min(max(best, 0.0), 1.0)
