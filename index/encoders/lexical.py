"""BM25 as sparse vectors: text in, weighted term ids out.

The page side carries the saturated term frequency of BM25 (Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond", 2009, equation 3.15), the question side a 1 for
each of its terms, and the vector store multiplies by the inverse document frequency of its own
points. The mean length in the formula is a constant, so that a page's vector never depends on its
collection.
"""

import hashlib
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
import snowballstemmer  # type: ignore[import-untyped]  # ships no types

from index.encoders.stop_words import stop_words_of
from index.records import SparseVector

K1 = 1.2
B = 0.75
MEAN_PAGE_TERMS = 300

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Scripts written without spaces between words, and Hangul, whose words carry their particles.
UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005\u3040-\u30ff\u31f0-\u31ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
)
ACCENTS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
INDIC = "\u0900-\u0963\u0966-\u0dff"  # vowel signs of these scripts are letters, though not to \\w
LETTER = rf"(?:[^\W_{UNSPACED}]|[{ACCENTS}{INDIC}])"
TERM = re.compile(
    rf"(?P<number>\d+(?:[.,'\u2019]\d+)+|\d++(?!{LETTER}))"
    rf"|(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<word>{LETTER}+(?:[-\u2010\u2011]\s?{LETTER}+)*)"  # \s: broken at a line's end
)
WORD = re.compile(LETTER + "+")
SEPARATOR = re.compile("[,'\u2019]")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
DIGITS_OR_LETTERS = re.compile(r"\d+|\D+")
MARKS = re.compile(f"[{ACCENTS}]")
INVISIBLE = re.compile("[\u00ad\u0640\u200b-\u200f\u2060\ufeff]")  # soft hyphen, tatweel, joiners
# Arabic: alef with hamza, madda or wasla; alef maksura; teh marbuta; Persian kaf and yeh. Then
# letters of Europe that do not decompose into a plain one and an accent.
SAME_LETTERS = str.maketrans(
    "\u0623\u0625\u0622\u0671\u0649\u0629\u06a9\u06cc\u00f8\u0142\u0111\u00f0\u0127\u0131",
    "\u0627\u0627\u0627\u0627\u064a\u0647\u0643\u064aolddhi",
)
ARABIC_ARTICLE = re.compile("^\u0648?\u0627\u0644(?=.{2})")  # the, and-the


class LexicalEncoder:
    """Encodes pages, whole documents and questions of one language as sparse vectors.

    A language without a stemmer leaves its words as they are.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        algorithm = STEMMERS.get(language)
        self._stemmer = snowballstemmer.stemmer(algorithm) if algorithm else None
        self._stemmer_lock = threading.Lock()
        self._stem = lru_cache(maxsize=1 << 16)(self._stem_once)

    @property
    def name(self) -> str:
        """What turns text into terms, exactly: belongs into the index manifest."""
        stemming = STEMMERS.get(self._language, "none")
        return f"bm25-1 stemmer={stemming} k1={K1} b={B} mean={MEAN_PAGE_TERMS}"

    def encode_page(self, text: str) -> SparseVector:
        """Encode the text of a page; an empty text has no terms."""
        return _saturated(Counter(self.terms(text)))

    def encode_question(self, text: str) -> SparseVector:
        """Encode a question without its stop words, unless it has nothing else."""
        stop_words = stop_words_of(WORD.findall(_plain(text)), language=self._language)
        content = set(self._terms(text, stop_words)) or set(self.terms(text))
        return _by_id(dict.fromkeys(content, 1.0))

    def terms(self, text: str) -> Iterator[str]:
        """Yield the terms of a text in reading order, repeats included."""
        return self._terms(text, frozenset())

    def _terms(self, text: str, left_out: frozenset[str]) -> Iterator[str]:
        for match in TERM.finditer(_plain(text)):
            token = match.group()
            if match.lastgroup == "number":
                yield from _number_forms(token)
            elif match.lastgroup == "unspaced":
                yield from _bigrams(token)
            else:
                yield from (self._stem(w) for w in _word_forms(token) if w not in left_out)

    def _stem_once(self, word: str) -> str:
        word = ARABIC_ARTICLE.sub("", word)
        if self._language == "en":
            word = _without_accents(word)  # other stemmers need them, the English one stumbles
        if self._stemmer is not None:
            with self._stemmer_lock:  # a snowball stemmer keeps the word it works on
                word = self._stemmer.stemWord(word)
        return _without_accents(word)


def _plain(text: str) -> str:
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _without_accents(word: str) -> str:
    return MARKS.sub("", unicodedata.normalize("NFD", word)).translate(SAME_LETTERS)


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
