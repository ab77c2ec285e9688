"""Answers without a model: the passages that fit the question best, quoted word for word."""

from collections.abc import Sequence

import numpy as np

from answer.answers import EXTRACTIVE, Answer, Citation, EvidencePage, refusal
from answer.asking import Asking, take_apart
from answer.citations import cite
from answer.likeness import Likeness
from answer.marks import mark
from answer.matching import Candidate, fit, read_candidates
from answer.terms import tokens
from index.encoders.lexical import LexicalEncoder
from index.errors import InvalidRequest
from index.records import Float32

MOST_QUOTES = 3
CLOSE = 0.9  # of the best score: a passage this close is quoted as well
CLOSE_IN_LIST = 0.85


class ExtractiveAnswerer:
    """Quotes the best passages; whether there can be an answer is for `answer.gate` to say.

    Args:
        language: ISO code that picks the stemmer.
    """

    model = EXTRACTIVE

    def __init__(self, *, language: str = "en") -> None:
        self._language = language
        self._lexical = LexicalEncoder(language)

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer from the pages; refuse where they hold no passage.

        Raises:
            InvalidRequest: the question is empty.
        """
        if not question.strip():
            raise InvalidRequest("a question is needed, got an empty one")
        asking = take_apart(question, self._lexical, language=self._language)
        candidates = read_candidates([page.trusted() for page in pages])
        if not candidates or not asking.terms:
            return refusal(EXTRACTIVE)
        scores = fit(asking, candidates, self._lexical)
        best = _best(candidates, scores, wants_list=asking.wants_list)
        return _quoted(asking, best, Likeness(asking, self._lexical))


def _best(candidates: Sequence[Candidate], scores: Float32, *, wants_list: bool) -> list[Candidate]:
    """The best candidate and those close to it, none twice.

    A table's header is no quote: its lines are quoted with their columns' titles.
    """
    ranked = np.argsort(-scores, kind="stable")
    order = [i for i in ranked if candidates[i].passage.kind != "header"] or ranked.tolist()
    limit = (CLOSE_IN_LIST if wants_list else CLOSE) * scores[order[0]]
    best: dict[str, Candidate] = {}
    for i in order[:MOST_QUOTES]:
        if scores[i] >= limit:
            best.setdefault(" ".join(tokens(candidates[i].quote)), candidates[i])
    return list(best.values())


def _quoted(asking: Asking, best: Sequence[Candidate], likeness: Likeness) -> Answer:
    """The passages as text, and citations of the words in them that answer."""
    return Answer(
        text="\n".join(candidate.passage.text for candidate in best),
        refused=False,
        grounded=True,
        citations=tuple(_cited(asking, candidate, likeness) for candidate in best),
        model=EXTRACTIVE,
    )


def _cited(asking: Asking, candidate: Candidate, likeness: Likeness) -> Citation:
    page, passage = candidate.page, candidate.passage
    return cite(page, mark(asking, page.words.words, passage, likeness), passage.frame)
