"""How well pages fit questions that they have nothing to do with.

A MaxSim score means nothing by itself: every token of a question finds some row that is a little
like it, so any page reaches half of what a page can reach at all. How much is nothing depends on
the model and on the pages, and can be asked: the questions below are about things that few
documents are about. Each gets the score of the page that fits it best, as a share of the most that
its tokens could reach, and the median of these shares is the index's level. Relevance counts from
there (`retrieval.relevance`).

At most 512 pages are looked at, those whose ids have the lowest hashes: the same ones in every
process, and mostly the same ones as before when documents come or go. What a page scored is kept,
so a change of the index costs its new pages only.
"""

import threading
from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.catalog.entries import Collection
from index.records import Float32, Question
from retrieval.questions import QuestionCache
from retrieval.relevance import shares
from retrieval.scorer import Scorer, Scoring
from retrieval.selection import Places, Selection

QUESTIONS = (
    "How long should an egg be boiled?",
    "Which bird lays the largest eggs?",
    "Who painted the ceiling of the chapel?",
    "Why is the sky blue in the daytime?",
    "How do I remove a coffee stain from a carpet?",
    "What is the best time to plant tomatoes?",
    "When did the last ice age end?",
    "How many strings does a violin have?",
    "What is the rule about offside in football?",
    "Which planet has the most moons?",
    "How is cheese made from milk?",
    "Where do monarch butterflies spend the winter?",
    "What causes thunder after lightning?",
    "How fast can a cheetah run?",
    "Who wrote the play about the prince of Denmark?",
    "What should be worn at a wedding in summer?",
    "How often should a piano be tuned?",
    "Which gas do plants take in?",
    "How do magnets attract iron?",
    "What does a conductor of an orchestra do?",
    "When was the printing press invented?",
    "How deep is the deepest lake?",
    "Which vitamins are in an orange?",
    "How can a cat be taught to use a scratching post?",
    "Wie lange muss ein Ei kochen?",
    "Warum ist der Himmel blau?",
    "Welcher Planet hat die meisten Monde?",
    "Combien de cordes a un violon ?",
    "Pourquoi les feuilles tombent-elles en automne ?",
    "Comment fait-on le fromage ?",
    "¿A qué velocidad corre un guepardo?",
    "¿Quién inventó la imprenta?",
)
N_PAGES = 512
PAGES_A_TIME = 32  # so many pages' rows are in memory at once

_Page = tuple[UUID, int]
_Key = tuple[str, int, object]


class Background:
    """Knows the level of every index that is asked.

    Args:
        questions: encodes questions for an index.
        scoring: reads the rows of live pages.
    """

    def __init__(self, questions: QuestionCache, scoring: Scoring) -> None:
        self._questions = questions
        self._scoring = scoring
        self._levels: dict[str, tuple[_Key, tuple[float, ...]]] = {}
        self._shares: dict[str, dict[_Page, Float32]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def levels(self, collection: Collection, pages: Callable[[], Selection]) -> tuple[float, ...]:
        """Return the level of each layer of a collection, measured when it has changed.

        Args:
            collection: at some version.
            pages: selects all of its pages.

        Raises:
            PageNotFound: a generation has been collected meanwhile.
            VectorStoreUnavailable: the store does not answer.
        """
        key = (collection.store, collection.version, collection.created_at)
        with self._locks.setdefault(collection.name, threading.Lock()):
            known = self._levels.get(collection.name)
            if known is None or known[0] != key:
                known = key, self._measured(collection, pages())
                self._levels[collection.name] = known
            return known[1]

    def _measured(self, collection: Collection, pages: Selection) -> tuple[float, ...]:
        asked = [
            [self._questions.encode(layer.manifest, text) for text in QUESTIONS]
            for layer in collection.layers
        ]
        scorers = self._scoring.scorers(collection, [mine[0] for mine in asked], pages)
        places = sampled(pages, N_PAGES)
        found = []
        for layer, mine, scorer in zip(collection.layers, asked, scorers, strict=True):
            known = self._shares.get(layer.store, {})
            self._shares[layer.store] = _complete(known, mine, scorer, (pages, places))
            found.append(level([*self._shares[layer.store].values()]))
        return tuple(found)


def sampled(pages: Selection, n_pages: int) -> Places:
    """Return the places of the pages whose ids have the lowest hashes, at most so many.

    A sample by the lowest hashes is uniform, and a page leaves it only for a new one that is in it
    (Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007).
    """
    if len(pages) <= n_pages:
        return np.arange(len(pages))
    generations = [one.generation.int & 0xFFFF_FFFF_FFFF_FFFF for one in pages.documents]
    seeds = np.array(generations, np.uint64)[pages.owner] + pages.pages.astype(np.uint64)
    return np.sort(np.argsort(_hashed(seeds), kind="stable")[:n_pages])


def level(found: Sequence[Float32]) -> float:
    """Return the median over questions of the best page's share; 0 where there are no pages.

    Args:
        found: for each page `(n_questions,)`.
    """
    return float(np.median(np.max(found, axis=0))) if found else 0.0


def _complete(
    known: dict[_Page, Float32],
    questions: Sequence[Question],
    scorer: Scorer,
    sample: tuple[Selection, Places],
) -> dict[_Page, Float32]:
    """Score those pages of a sample that are not known yet, and forget those that left it."""
    pages, places = sample
    names = {
        int(i): (pages.documents[pages.owner[i]].generation, int(pages.pages[i])) for i in places
    }
    found = {name: known[name] for name in names.values() if name in known}
    fresh = [i for i, name in names.items() if name not in known]
    for first in range(0, len(fresh), PAGES_A_TIME):
        some = fresh[first : first + PAGES_A_TIME]
        for i, rows in zip(some, scorer.rows(np.array(some, np.int64)), strict=True):
            if len(rows):
                found[names[i]] = shares(questions, rows.vectors)
    return found


def _hashed(seeds: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of numbers (the finalizer of SplitMix64, Steele, Lea and Flood, 2014)."""
    mixed = seeds * np.uint64(0x9E37_79B9_7F4A_7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return mixed ^ (mixed >> np.uint64(31))
