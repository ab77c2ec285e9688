"""Words in the form in which they are compared: folded, cut to their stem, without accents."""

import re
import threading
import unicodedata
from functools import lru_cache

from Stemmer import Stemmer as Snowball  # type: ignore[import-not-found]  # ships no types

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
WORD = re.compile(LETTER + "+")
MARKS = re.compile(f"[{ACCENTS}]")
INVISIBLE = re.compile("[\u00ad\u0640\u200b-\u200f\u2060\ufeff]")  # soft hyphen, tatweel, joiners
# Arabic: alef with hamza, madda or wasla; alef maksura; teh marbuta; Persian kaf and yeh. Then
# letters of Europe that do not decompose into a plain one and an accent.
SAME_LETTERS = str.maketrans(
    "\u0623\u0625\u0622\u0671\u0649\u0629\u06a9\u06cc\u00f8\u0142\u0111\u00f0\u0127\u0131",
    "\u0627\u0627\u0627\u0627\u064a\u0647\u0643\u064aolddhi",
)
ARABIC_ARTICLE = re.compile("^\u0648?\u0627\u0644(?=.{2})")  # the, and-the


class Stemmer:
    """Cuts the words of one language to their stems; any number of threads may share one.

    A language without an algorithm leaves its words as they are.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        algorithm = STEMMERS.get(language)
        self.name = algorithm or "none"
        self._stemmer = Snowball(algorithm, 0) if algorithm else None
        self._lock = threading.Lock()
        self.stem = lru_cache(maxsize=1 << 16)(self._stem_once)

    def _stem_once(self, word: str) -> str:
        word = ARABIC_ARTICLE.sub("", word)
        if self._language == "en":
            word = without_accents(word)  # other stemmers need them, the English one stumbles
        if self._stemmer is not None:
            with self._lock:  # a snowball stemmer keeps the word it works on
                word = self._stemmer.stemWord(word)
        return without_accents(word)


def plain(text: str) -> str:
    """Return a text with its letters folded, in their usual forms, and nothing invisible."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def without_accents(word: str) -> str:
    """Return a word with letters that look alike made one."""
    return MARKS.sub("", unicodedata.normalize("NFD", word)).translate(SAME_LETTERS)


@lru_cache(maxsize=16)
def stemmer(language: str) -> Stemmer:
    """Return the stemmer of a language."""
    return Stemmer(language)
