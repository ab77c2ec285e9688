"""From a question to pages: MaxSim over rows and BM25 over terms, fused, with regions.

Every arm sees the same pages: those of live documents that pass the filter. The catalog says which
these are at each search, so a document is found wholly or not at all.

The arms run side by side. MaxSim goes in stages: an overview of all pages by what scores them
(`retrieval.scorer`), and exact scores for the few that lead the fused list.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from time import perf_counter
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.catalog.catalog import Catalog
from index.catalog.entries import Collection
from index.catalog.filters import DocumentFilter
from index.encoders.lexical import lexical_encoder
from index.errors import InvalidRequest, NotFound, Unavailable
from index.manifest import EncoderOf
from index.records import Float32, PageWords, Question, RowKind, Rows
from index.vectors.base import PageHit, VectorStore
from retrieval.background import Background
from retrieval.diversity import at_most
from retrieval.fusion import TERM_WEIGHT, Arm, fuse, ranked, with_neighbours
from retrieval.hits import Hit, Region, SearchQuery, SearchResult
from retrieval.known_terms import known_terms
from retrieval.patch_regions import find_patch_regions
from retrieval.pauses import pause
from retrieval.questions import QuestionCache
from retrieval.regions import find_regions
from retrieval.relevance import relevance
from retrieval.scorer import Scorer, Scoring
from retrieval.selection import Selection

TERM_HITS = 1000
TERM_HITS_REFINED = 100  # of these, how many get a closer look whatever their rows
N_EXACT = 32
SPARE = 4  # of each document, how many pages more than wanted are looked at exactly
ATTEMPTS = 4

ReadWords = Callable[[UUID, int], PageWords]


@dataclass(frozen=True, slots=True)
class SearchParts:
    """What a searcher works with.

    Attributes:
        catalog: says which documents are live.
        vectors: scores terms.
        encoder_of: opens the encoder that a collection was built with.
        scoring: scores the rows of live pages.
        words: reads the words of a page of a generation.
    """

    catalog: Catalog
    vectors: VectorStore
    encoder_of: EncoderOf
    scoring: Scoring
    words: ReadWords


class Searcher:
    """Searches collections."""

    def __init__(self, parts: SearchParts) -> None:
        self._parts = parts
        self._questions = QuestionCache(parts.encoder_of)
        self._background = Background(self._questions, parts.scoring)
        self._selected: dict[str, tuple[tuple[str, int], Selection]] = {}
        self._beside = ThreadPoolExecutor(thread_name_prefix="bm25")

    def search(self, collection: Collection, query: SearchQuery) -> SearchResult:
        """Find the pages that match a question best.

        Raises:
            VectorStoreUnavailable: the store does not answer.
            Unavailable: documents went away while they were read, again and again.
        """
        for _ in range(ATTEMPTS):
            with suppress(NotFound):  # a document went between two reads
                found, used = self._search(collection, query)
                if self._are_live(collection, query, used):
                    return found
            present = self._parts.catalog.collection(collection.name)
            collection = replace(collection, version=present.version)
        raise Unavailable(f"documents changed during each of {ATTEMPTS} searches; try again")

    def page_rows(
        self, collection: Collection, generation: UUID, page: int, text: str
    ) -> tuple[Question, Rows]:
        """Return a question and the rows of a page, to compare them.

        Raises:
            PageNotFound: the generation is gone.
        """
        layer = collection.layers[0]
        rows = self._parts.scoring.page_rows(layer, generation, page)
        return self._questions.encode(layer.manifest, text), rows

    def known_terms(
        self, collection: Collection, terms: Iterable[str], generations: Iterable[UUID]
    ) -> dict[UUID, frozenset[str]]:
        """Return for each generation those of the terms that it holds on any page."""
        return known_terms(self._parts.vectors, collection.store, terms, generations)

    def close(self) -> None:
        """End the threads; twice equals once."""
        self._beside.shutdown()

    def _are_live(self, collection: Collection, query: SearchQuery, used: set[UUID]) -> bool:
        if self._parts.catalog.collection(collection.name).version == collection.version:
            return True
        documents = self._parts.catalog.live_documents(collection.name, query.scope.only)
        return used <= {document.generation for document in documents}

    def _search(self, collection: Collection, query: SearchQuery) -> tuple[SearchResult, set[UUID]]:
        """Search once; tells the generations that were seen, for they may be gone since."""
        pause()
        clock = _Clock()
        questions = [self._questions.encode(one.manifest, query.text) for one in collection.layers]
        clock.lap("encode")
        pages = self._select(collection, query)
        clock.lap("read")
        scorers = self._parts.scoring.scorers(collection, questions, pages)
        arms = self._arms(collection, query, scorers, pages)
        clock.lap("score")
        best, fused, arms = _best(arms, scorers, query, pages)
        clock.lap("rescore")
        levels = self._background.levels(collection, lambda: self._whole(collection))
        clock.lap("background")
        rows = zip(*(scorer.rows(np.array(best, np.int64)) for scorer in scorers), strict=True)
        found = [_Found(i, float(fused[i]), mine) for i, mine in zip(best, rows, strict=True)]
        asked = _Asked(questions, levels)
        hits = tuple(self._hit(asked, pages, arms, one) for one in found)
        clock.lap("regions")
        return SearchResult(hits, clock.laps), pages.generations

    def _select(self, collection: Collection, query: SearchQuery) -> Selection:
        """Return the pages that may be found."""
        if query.scope.only is None:
            return self._whole(collection).inside(query.scope)
        return self._selection(collection, query.scope.only).inside(query.scope)

    def _whole(self, collection: Collection) -> Selection:
        """Return all pages of a collection, which are remembered."""
        key = (collection.store, collection.version)
        known = self._selected.get(collection.name)
        if known is None or known[0] != key:
            known = key, self._selection(collection, None)
            self._parts.scoring.keep(collection, known[1].generations)
            self._selected[collection.name] = known
        return known[1]

    def _selection(self, collection: Collection, only: DocumentFilter | None) -> Selection:
        documents = self._parts.catalog.live_documents(collection.name, only)
        return self._parts.scoring.select(collection, documents)

    def _arms(
        self,
        collection: Collection,
        query: SearchQuery,
        scorers: Sequence[Scorer],
        pages: Selection,
    ) -> list[Arm]:
        """Score all pages by terms and by rows, side by side; rows not yet exactly."""
        terms = self._beside.submit(self._terms, collection, query, pages)

        def told() -> NDArray[np.int64]:
            return np.flatnonzero(pages.spread(terms.result()[:TERM_HITS_REFINED]))

        every = np.arange(len(pages))
        scores = [one.exact(every) if query.exhaustive else one.overview(told) for one in scorers]
        arms = [Arm(one.arm, found) for one, found in zip(collection.layers, scores, strict=True)]
        return [*arms, Arm("bm25", pages.spread(terms.result()), TERM_WEIGHT)]

    def _terms(self, collection: Collection, query: SearchQuery, pages: Selection) -> list[PageHit]:
        terms = lexical_encoder(collection.manifest.language[0]).encode_question(query.text)
        only = None if query.scope.only is None else sorted(pages.generations)
        return self._parts.vectors.search_pages(collection.store, terms, limit=TERM_HITS, only=only)

    def _hit(
        self,
        asked: "_Asked",
        pages: Selection,
        arms: Sequence[Arm],
        found: "_Found",
    ) -> Hit:
        i, score, rows = found
        document = pages.documents[pages.owner[i]]
        page = int(pages.pages[i])
        words = self._parts.words(document.generation, page)
        return Hit(
            document=document.document,
            generation=document.generation,
            name=document.name,
            page=page,
            score=score,
            relevance=relevance(asked.questions, [one.vectors for one in rows], asked.levels),
            arms={arm.name: float(arm.scores[i]) for arm in arms if np.isfinite(arm.scores[i])},
            regions=_regions(asked.questions[0], rows[0], words),
            flags=words.flags,
        )


def _best(
    arms: Sequence[Arm], scorers: Sequence[Scorer], query: SearchQuery, pages: Selection
) -> tuple[list[int], Float32, list[Arm]]:
    """Score the leading pages exactly; returns the best of them, and what all scores became."""
    fused = with_neighbours(fuse(_wanted(arms, query)), pages.owner)
    spare = None if query.per_document is None else query.per_document + SPARE
    likely = at_most(ranked(fused), pages.owner, spare)
    leading = np.array([*islice(likely, max(N_EXACT, query.limit))], np.int64)
    exact = [*(_with_exact(*pair, leading) for pair in zip(arms, scorers, strict=False)), arms[-1]]
    fused = with_neighbours(fuse(_wanted(exact, query)), pages.owner)
    order = leading[np.argsort(-fused[leading], kind="stable")]
    seen = (int(i) for i in order if _is_seen(exact, int(i)))
    chosen = at_most(seen, pages.owner, query.per_document)
    return [*islice(chosen, query.limit)], fused, exact


def _with_exact(arm: Arm, scorer: Scorer, places: NDArray[np.int64]) -> Arm:
    scores = arm.scores.copy()
    scores[places] = scorer.exact(places)
    return Arm(arm.name, scores, arm.weight)


def _wanted(arms: Sequence[Arm], query: SearchQuery) -> list[Arm]:
    """Return the arms that were asked for.

    Raises:
        InvalidRequest: the collection has none of them.
    """
    wanted = [arm for arm in arms if arm.name in query.arms]
    if not wanted:
        raise InvalidRequest(
            f"this collection has the arms {', '.join(arm.name for arm in arms)}, "
            f"none of {', '.join(sorted(query.arms))}"
        )
    return wanted


def _regions(question: Question, rows: Rows, words: PageWords) -> tuple[Region, ...]:
    """Find regions by the page's patches where it has some, else by its lines."""
    patches = rows.kinds == RowKind.PATCH
    if patches.any():
        vectors, boxes = rows.vectors[patches], rows.boxes[patches]
        return find_patch_regions(question, vectors, boxes, words)
    return find_regions(question, rows.vectors, rows.boxes, words)


class _Asked(NamedTuple):
    """The question as each layer sees it, and each layer's background."""

    questions: Sequence[Question]
    levels: Sequence[float]


class _Found(NamedTuple):
    """The place of a page that is reported, its fused score, and its rows in each layer."""

    place: int
    score: float
    rows: Sequence[Rows]


class _Clock:
    """Milliseconds between laps, without the pauses that come between them."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        self.laps[stage] = 1000 * (perf_counter() - self._since)
        pause()
        self._since = perf_counter()


def _is_seen(arms: Sequence[Arm], i: int) -> bool:
    """Tell whether any arm has something on a page; a blank one is not a find."""
    return any(np.isfinite(arm.scores[i]) and arm.scores[i] > 0 for arm in arms)
