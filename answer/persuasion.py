"""Answers held against the lines that address a model.

Such lines stay among the words that a model is given, as data. A model that obeys one says what
nothing but this line says.
"""

from collections.abc import Sequence
from dataclasses import replace

from answer.answers import Answer, EvidencePage
from answer.terms import tokens

MIN_CHARACTERS = 4  # of a word; shorter ones are of every text


def unless_persuaded(answer: Answer, question: str, pages: Sequence[EvidencePage]) -> Answer:
    """The answer; not grounded where it says words that only suspect lines of the pages say."""
    suspect = {word for page in pages for word in _words_of(page)}
    honest = {word for page in pages for word in _words_of(page.trusted())}
    only_suspect = suspect - honest - set(tokens(question))
    said = {word for word in tokens(answer.text) if len(word) >= MIN_CHARACTERS}
    return replace(answer, grounded=False) if said & only_suspect else answer


def _words_of(page: EvidencePage) -> list[str]:
    return tokens(" ".join(word.text for word in page.words.words))
