"""Whether a page holds an accepted answer in its words."""

from collections.abc import Sequence

from answer.citations import find_quote
from answer.terms import tokens
from eval.checking.corpus import CorpusPage
from index.records import Word

FEW = 1 / 3  # of an answer's words on the page: it is not an answer in other words


def holds(words: Sequence[Word], answers: Sequence[str]) -> bool:
    """Tell whether the words hold one of the answers, give or take what OCR misreads."""
    return any(find_quote(answer, words) is not None for answer in answers)


def lacks(page: CorpusPage, answers: Sequence[str]) -> bool:
    """Tell whether a page plainly lacks every answer.

    An answer may be put in other words than the page's, in another language even: it is lacking
    when a number of it is not on the page or, without numbers, when most of its words are not.
    """
    if holds(page.words.words, answers):
        return False
    known = frozenset(page.tokens)
    return all(_is_absent(tokens(answer), known) for answer in answers)


def _is_absent(wanted: Sequence[str], known: frozenset[str]) -> bool:
    numbers = [token for token in wanted if token[0].isdigit()]
    if numbers:
        return not known.issuperset(numbers)
    return sum(token in known for token in wanted) < FEW * len(wanted)
