"""Answers without a model: the passages that fit the question best, quoted word for word."""

from collections.abc import Sequence

import numpy as np

from answer.answers import EXTRACTIVE, Answer, EvidencePage, refusal
from answer.asking import take_apart
from answer.citations import cite
from answer.gate import ENOUGH, evidence
from answer.matching import Candidate, fit, read_candidates
from answer.terms import tokens
from index.encoders.lexical import LexicalEncoder
from index.errors import InvalidRequest
from index.records import Float32

MOST_QUOTES = 3
CLOSE = 0.95  # of the best score: a passage this close is quoted as well
CLOSE_IN_LIST = 0.85


class ExtractiveAnswerer:
    """Quotes the best passages, or refuses.

    Args:
        language: ISO code that picks the stemmer.
        threshold: evidence below it is refused; 0 never refuses, 1 nearly always.
    """

    def __init__(self, *, language: str = "en", threshold: float = ENOUGH) -> None:
        self._language = language
        self._lexical = LexicalEncoder(language)
        self._threshold = threshold

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer from the pages.

        Raises:
            InvalidRequest: the question is empty.
        """
        if not question.strip():
            raise InvalidRequest("a question is needed, got an empty one")
        asking = take_apart(question, self._lexical, language=self._language)
        candidates = read_candidates([page.trusted() for page in pages])
        if not candidates or not asking.terms:
            return refusal(EXTRACTIVE)
        found = fit(asking, candidates, self._lexical)
        order = np.argsort(-found.scores, kind="stable")
        if evidence(specific=float(found.specific[order[0]]), known=found.known) < self._threshold:
            return refusal(EXTRACTIVE)
        return _quoted(_best(candidates, found.scores, wants_list=asking.wants_list))


def _best(candidates: Sequence[Candidate], scores: Float32, *, wants_list: bool) -> list[Candidate]:
    """The best candidate and those close to it, none twice."""
    order = np.argsort(-scores, kind="stable")
    limit = (CLOSE_IN_LIST if wants_list else CLOSE) * scores[order[0]]
    best: dict[str, Candidate] = {}
    for i in order[:MOST_QUOTES]:
        if scores[i] >= limit:
            best.setdefault(" ".join(tokens(candidates[i].quote)), candidates[i])
    return list(best.values())


def _quoted(best: Sequence[Candidate]) -> Answer:
    return Answer(
        text="\n".join(candidate.passage.text for candidate in best),
        refused=False,
        grounded=True,
        citations=tuple(cite(c.page, c.passage.words) for c in best),
        model=EXTRACTIVE,
    )
