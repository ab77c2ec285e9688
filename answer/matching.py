"""How well passages fit a question, by the question's terms and the shape of the answer.

A term weighs by its rarity among the candidate passages (the IDF of BM25, Robertson and Zaragoza
2009, equation 3.3), and once more if it is specific. A passage earns it in full by its own words,
in part by what gives them their meaning: heading, column header, document name, neighbours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answer.answers import EvidencePage
from answer.asking import Asking
from answer.figures import MARGIN
from answer.layout import spell
from answer.likeness import Likeness
from answer.passages import Passage, read_passages
from answer.shapes import find_reasons
from answer.terms import tokens
from index.encoders.lexical import LexicalEncoder
from index.records import Float32

CONTEXT = 0.9
NEIGHBOUR = 0.5
NAME = 1.0
SPECIFIC = 1.5
BACKGROUND = 20  # passages about other things: keeps rarity sane on a page or two
# Shares of a full coverage that the other evidence is worth. Their exact values matter little.
SHAPE = 0.2
TITLE = 0.2
ECHO = 0.15
RELEVANCE = 0.06
LENGTH = 0.05
USUAL_WORDS = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage on its page."""

    page: EvidencePage
    passage: Passage

    @property
    def quote(self) -> str:
        """The passage's words as they stand on the page."""
        return spell(self.page.words.words, self.passage.words)


def read_candidates(pages: Sequence[EvidencePage]) -> list[Candidate]:
    """Every passage of every page, in order."""
    return [Candidate(page, passage) for page in pages for passage in read_passages(page.words)]


def fit(asking: Asking, candidates: Sequence[Candidate], lexical: LexicalEncoder) -> Float32:
    """Compare every candidate with the question; there must be one at least.

    Returns:
        `(n_candidates,)` what candidates are ranked by; comparable for one question only.
    """
    table = Likeness(asking, lexical)
    own = np.stack([table.strengths(c.quote) for c in candidates])
    weights = _weights(asking, own)
    name = _name_strengths(table, candidates)
    context = np.stack([table.strengths(_context(c)) for c in candidates])
    beside = _beside(own, candidates)
    around = [CONTEXT * context, NEIGHBOUR * beside, NAME * name]
    coverage = np.max([own, *around], axis=0) @ weights
    return np.asarray(coverage + _other_evidence(asking, candidates), np.float32)


def _other_evidence(asking: Asking, candidates: Sequence[Candidate]) -> Float32:
    """`(n_candidates,)`: for the answer's shape and the page, against titles, echoes and length."""
    found = [
        SHAPE * _meets(asking, c)
        + RELEVANCE * c.page.relevance
        - TITLE * (c.passage.kind in ("title", "header"))
        - ECHO * _echo(c, asking)
        - LENGTH * max(0.0, math.log(len(c.passage.words) / USUAL_WORDS))
        for c in candidates
    ]
    return np.array(found, np.float32)


def _meets(asking: Asking, candidate: Candidate) -> bool:
    if asking.wants_reason:
        words = candidate.page.words.words
        return any(True for _ in find_reasons(words, candidate.passage.words))
    return asking.is_met_by(candidate.passage.text)


def _echo(candidate: Candidate, asking: Asking) -> float:
    """How little the passage adds to the question's words: 1 nothing, 0 two words or more."""
    fresh = [word for word in tokens(candidate.quote) if word not in asking.tokens]
    return 1 - min(1.0, len(fresh) / 2)


def _context(candidate: Candidate) -> str:
    return spell(candidate.page.words.words, candidate.passage.context)


def _name_strengths(table: Likeness, candidates: Sequence[Candidate]) -> Float32:
    """`(n_candidates, n_terms)`: what the name and running head of the candidate's page match."""
    pages = {id(c.page): c.page for c in candidates}
    name = {
        key: np.maximum(table.strengths_in_name(page.name), table.strengths(_running_head(page)))
        for key, page in pages.items()
    }
    return np.stack([name[id(c.page)] for c in candidates])


def _running_head(page: EvidencePage) -> str:
    """What stands in the margins above and below the text: it names the document."""
    words = page.words.words
    return " ".join(w.text for w in words if w.box.bottom < MARGIN or w.box.top > 1 - MARGIN)


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
    rarity = np.log1p((len(own) + BACKGROUND - n_with) / (n_with + 1))
    boost = np.array([SPECIFIC if term.is_specific else 1.0 for term in asking.terms])
    weights: NDArray[np.float64] = rarity * boost
    return np.asarray(weights / weights.sum(), np.float32)
