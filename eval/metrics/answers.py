"""Measures of the text of an answer against the accepted answers."""

import re
import string
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

ANLS_THRESHOLD = 0.5
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def anls(text: str, answers: Sequence[str]) -> float:
    """Return the normalised Levenshtein similarity to the nearest accepted answer, 0 below a half.

    Its mean over questions is ANLS. Source: Biten et al., "Scene text visual question answering",
    2019, equation 1, with its threshold of 0.5; compared without regard to case, as DocVQA does
    (Mathew et al., 2021).
    """
    given = _spaced(text)
    best = max(
        (Levenshtein.normalized_similarity(given, _spaced(one)) for one in answers), default=0.0
    )
    return best if best >= ANLS_THRESHOLD else 0.0


def exact_match(text: str, answers: Sequence[str]) -> float:
    """Return 1 when the text is an accepted answer but for case, articles and punctuation.

    Source: Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of text", 2016.
    """
    return float(_normalised(text) in {_normalised(one) for one in answers})


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Tell whether a text holds one of the accepted answers, compared by letters and digits."""
    plain = f" {_plain(text)} "
    wanted = [_plain(answer) for answer in answers]
    return any(f" {one} " in plain for one in wanted if one)


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


def _normalised(text: str) -> str:
    bare = text.casefold().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", kept))
