"""BM25 as sparse vectors: text in, weighted term ids out.

The page side carries the saturated term frequency of BM25 (Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond", 2009, equation 3.15), the question side a 1 for
each of its terms, and the vector store multiplies by the inverse document frequency of its own
points. The mean length in the formula is a constant, so that a page's vector never depends on its
collection.

Beside the words of another language than English stand their English ones, on pages and in
questions (`index.encoders.glossary`).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from index.encoders.glossary import glossary, glossary_sha256
from index.encoders.stems import LETTER, UNSPACED, WORD, plain, stemmer
from index.encoders.stop_words import stop_words_of
from index.records import SparseVector

K1 = 1.2
B = 0.75
MEAN_PAGE_TERMS = 300

TERM = re.compile(
    rf"(?P<number>\d+(?:[.,'\u2019]\d+)+|\d++(?!{LETTER}))"
    rf"|(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<word>{LETTER}+(?:[-\u2010\u2011]\s?{LETTER}+)*)"  # \s: broken at a line's end
)
SEPARATOR = re.compile("[,'\u2019]")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
DIGITS_OR_LETTERS = re.compile(r"\d+|\D+")


class LexicalEncoder:
    """Encodes pages, whole documents and questions of one language as sparse vectors.

    A language without a stemmer leaves its words as they are.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._stemmer = stemmer(language)

    @property
    def name(self) -> str:
        """What turns text into terms, exactly: belongs into the index manifest."""
        return (
            f"bm25-2 stemmer={self._stemmer.name} k1={K1} b={B} mean={MEAN_PAGE_TERMS} "
            f"glossary={glossary_sha256()[:12]}"
        )

    def encode_page(self, text: str) -> SparseVector:
        """Encode the text of a page; an empty text has no terms."""
        return _saturated(Counter(self.terms(text)) + Counter(self.terms(_english(text))))

    def encode_question(self, text: str) -> SparseVector:
        """Encode a question without its stop words, unless it has nothing else."""
        stop_words = stop_words_of(WORD.findall(plain(text)), language=self._language)
        content = set(self._terms(text, stop_words)) or set(self.terms(text))
        return _by_id(dict.fromkeys(content | set(self.terms(_english(text))), 1.0))

    def terms(self, text: str) -> Iterator[str]:
        """Yield the terms of a text in reading order, repeats included."""
        return self._terms(text, frozenset())

    def _terms(self, text: str, left_out: frozenset[str]) -> Iterator[str]:
        for match in TERM.finditer(plain(text)):
            token = match.group()
            if match.lastgroup == "number":
                yield from _number_forms(token)
            elif match.lastgroup == "unspaced":
                yield from _bigrams(token)
            else:
                yield from (self._stemmer.stem(w) for w in _word_forms(token) if w not in left_out)


def _english(text: str) -> str:
    return " ".join(glossary().english(text.split()))


def _number_forms(number: str) -> list[str]:
    """Give 2,509,889 also as 2509889, and 31.12.2018 also by its parts."""
    pointed = SEPARATOR.sub(".", number)
    if THOUSANDS.fullmatch(pointed):
        return [pointed, pointed.replace(".", "")]
    parts = pointed.split(".")
    return [pointed, *parts] if len(parts) > 2 else [pointed]


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def _word_forms(token: str) -> list[str]:
    """Give e-commerce as e, commerce and ecommerce, and fy2023 also as fy and 2023."""
    parts = WORD.findall(token)
    if len(parts) > 1:
        return [*parts, "".join(parts)]
    pieces = DIGITS_OR_LETTERS.findall(token)
    return [token, *(p for p in pieces if len(p) > 1)] if len(pieces) > 1 else [token]


def _saturated(counts: Counter[str]) -> SparseVector:
    damping = K1 * (1 - B + B * counts.total() / MEAN_PAGE_TERMS)
    return _by_id({term: tf * (K1 + 1) / (tf + damping) for term, tf in counts.items()})


def _by_id(values: Mapping[str, float]) -> SparseVector:
    """Hash the terms; those that collide add up."""
    hashed = np.array([_term_id(term) for term in values], np.uint32)
    indices, where = np.unique(hashed, return_inverse=True)
    sums = np.bincount(where, weights=list(values.values()), minlength=len(indices))
    return SparseVector(indices, sums.astype(np.float32))


def _term_id(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big")


@lru_cache(maxsize=16)
def lexical_encoder(language: str) -> LexicalEncoder:
    """Return the term encoder of a language; they are stateless and cost a little to build."""
    return LexicalEncoder(language)


def encode_term(term: str) -> SparseVector:
    """Encode one term as `LexicalEncoder.terms` yields it, to find the pages that hold it."""
    return _by_id({term: 1.0})
