"""Answers held against the lines that address a model.

Such lines stay among the words that a model is given, as data. A model that obeys one says what
nothing but this line says. A sentence of that kind is not told while the answer is being written,
when nothing can be said about it; the whole answer comes with `grounded: false`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from answer.answers import Answer, EvidencePage, Token
from answer.terms import tokens

MIN_CHARACTERS = 4  # of a word; shorter ones are of every text


def held_back(
    told: Iterable[Token | Answer], question: str, pages: Sequence[EvidencePage]
) -> Iterator[Token | Answer]:
    """Yield what is told of an answer up to a sentence that a page put in, then the whole of it.

    Sentences behind such a one are held back with it; an answer that begins anew is told anew.
    """
    planted = _planted(question, pages)
    is_held = False
    for item in told:
        if isinstance(item, Answer):
            yield _judged(item, planted)
            continue
        is_held = _says(item.text, planted) or (is_held and item.sentence > 0)
        if not is_held:
            yield item


def unless_persuaded(answer: Answer, question: str, pages: Sequence[EvidencePage]) -> Answer:
    """The answer; not grounded where it says words that only suspect lines of the pages say."""
    return _judged(answer, _planted(question, pages))


def _judged(answer: Answer, planted: frozenset[str]) -> Answer:
    return replace(answer, grounded=False) if _says(answer.text, planted) else answer


def _planted(question: str, pages: Sequence[EvidencePage]) -> frozenset[str]:
    """Words that nothing but suspect lines says."""
    suspect = {word for page in pages for word in _words_of(page)}
    honest = {word for page in pages for word in _words_of(page.trusted())}
    return frozenset(suspect - honest - set(tokens(question)))


def _says(text: str, planted: frozenset[str]) -> bool:
    return any(word in planted for word in tokens(text) if len(word) >= MIN_CHARACTERS)


def _words_of(page: EvidencePage) -> list[str]:
    return tokens(" ".join(word.text for word in page.words.words))
