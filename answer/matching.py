"""How well passages fit a question, by the question's terms and the shape of the answer.

A term weighs by its rarity among the candidate passages (the IDF of BM25, Robertson and Zaragoza
2009, equation 3.3), and once more if it is specific. A passage earns it in full by its own words,
in part by what gives them their meaning: heading, column header, neighbours, the rest of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answer.answers import EvidencePage
from answer.asking import Asking
from answer.layout import spell
from answer.passages import Passage, read_passages
from answer.terms import likeness, tokens
from index.encoders.lexical import LexicalEncoder
from index.records import Float32

CONTEXT = 0.75
NEIGHBOUR = 0.5
PAGE = 0.3
SPECIFIC = 1.5
SHAPE = 0.15
ECHO = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage on its page."""

    page: EvidencePage
    passage: Passage

    @property
    def quote(self) -> str:
        """The passage's words as they stand on the page."""
        return spell(self.page.words.words, self.passage.words)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well candidates fit, an entry a candidate, all `(n_candidates,)` float32.

    Attributes:
        scores: what candidates are ranked by; comparable for one question only.
        coverage: share of the question's weight found in the passage and around it, 0 to 1.
        on_page: share found anywhere on the page or in the document's name, 0 to 1.
        has_shape: 1 where something of the expected kind stands, else 0.
    """

    scores: Float32
    coverage: Float32
    on_page: Float32
    has_shape: Float32


def read_candidates(pages: Sequence[EvidencePage]) -> list[Candidate]:
    """Every passage of every page, in order."""
    return [Candidate(page, passage) for page in pages for passage in read_passages(page.words)]


def fit(asking: Asking, candidates: Sequence[Candidate], lexical: LexicalEncoder) -> Fit:
    """Compare every candidate with the question; there must be one at least."""
    table = _Likeness(asking, lexical)
    own = np.stack([table.strengths(c.quote) for c in candidates])
    context = np.stack([table.strengths(_context(c)) for c in candidates])
    page = _page_strengths(table, candidates)
    reached = np.max(
        [own, CONTEXT * context, NEIGHBOUR * _beside(own, candidates), PAGE * page], axis=0
    )
    weights = _weights(asking, own)
    coverage = reached @ weights
    has_shape = np.array([asking.is_met_by(c.passage.text) for c in candidates], np.float32)
    relevance = np.array([c.page.relevance for c in candidates], np.float32)
    says_more = np.array([_says_more(c, asking) for c in candidates], np.float32)
    scores = coverage + SHAPE * has_shape + ECHO * (says_more - 1) + 0.1 * relevance
    return Fit(scores, coverage, page @ weights, has_shape)


class _Likeness:
    """Likeness of the question's terms to the terms of a text, remembered term by term."""

    def __init__(self, asking: Asking, lexical: LexicalEncoder) -> None:
        self._asked = [term.text for term in asking.terms]
        self._lexical = lexical
        self._known: dict[str, Float32] = {}

    def strengths(self, text: str) -> Float32:
        """`(n_terms,)`: how well the best word of the text matches each question term."""
        rows = [self._of(term) for term in set(self._lexical.terms(text))]
        best: Float32 = np.max([np.zeros(len(self._asked), np.float32), *rows], axis=0)
        return best

    def _of(self, term: str) -> Float32:
        if term not in self._known:
            found = [likeness(asked, term) for asked in self._asked]
            self._known[term] = np.array(found, np.float32)
        return self._known[term]


def _context(candidate: Candidate) -> str:
    return spell(candidate.page.words.words, candidate.passage.context)


def _page_strengths(table: _Likeness, candidates: Sequence[Candidate]) -> Float32:
    pages = {id(c.page): c.page for c in candidates}
    found = {
        key: table.strengths(" ".join((page.name, *(word.text for word in page.words.words))))
        for key, page in pages.items()
    }
    return np.stack([found[id(c.page)] for c in candidates])


def _beside(own: Float32, candidates: Sequence[Candidate]) -> Float32:
    """`(n_candidates, n_terms)`: the better of the passages before and after on the same page."""
    best = np.zeros_like(own)
    for i in range(1, len(candidates)):
        if candidates[i].page is candidates[i - 1].page:
            best[i] = np.maximum(best[i], own[i - 1])
            best[i - 1] = np.maximum(best[i - 1], own[i])
    return best


def _weights(asking: Asking, own: Float32) -> Float32:
    """`(n_terms,)` summing to one: rarity among the candidates, more for specific terms."""
    n_with = (own > 0).sum(axis=0)
    rarity = np.log1p((len(own) - n_with + 0.5) / (n_with + 0.5))
    boost = np.array([SPECIFIC if term.is_specific else 1.0 for term in asking.terms])
    weights: NDArray[np.float64] = rarity * boost
    return np.asarray(weights / weights.sum(), np.float32)


def _says_more(candidate: Candidate, asking: Asking) -> float:
    """Share of the passage's words, of at least two, that only it brings: a title brings none."""
    words = tokens(candidate.quote)
    fresh = [word for word in words if word not in asking.tokens]
    return min(1.0, 2 * len(fresh) / max(len(words), 1)) if words else 0.0
