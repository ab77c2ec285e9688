"""English beside the words of other languages: English is what the shipped model has learnt.

A list of everyday words of six languages (`glossary.json`) gives words their English ones. They
join a page that is in one of these languages, and a question: both then meet in English, whatever
languages they are in. It is a word list and no translator. A word that it lacks stays as it is, and
so do names and numbers, which are alike everywhere.

A line of the list is an English word, or two, and the words for it in each language. Words are
compared by their stems. Compounds of German and Dutch are taken apart where both parts are known.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Self

from index.encoders.stems import WORD, plain, stemmer
from index.encoders.stop_words import STOP_WORDS, foreign_language
from index.errors import ModelRejected

SHIPPED = "glossary.json"
MAX_MEANINGS = 2
COMPOUNDING = ("de", "nl")
MIN_COMPOUND, MIN_PART = 8, 3

Meanings = Mapping[str, Sequence[str]]  # of stems
Pairs = Sequence[tuple[str, str]]  # a word and its English


class Glossary:
    """Knows the English of words; those of a language are cut to stems when it is first met.

    Args:
        words: of each language, with their English.
    """

    def __init__(self, words: Mapping[str, Pairs]) -> None:
        self._words = words
        self._meanings = cache(self._by_stem)

    @classmethod
    def load(cls) -> Self:
        """Read the list that ships with the package.

        Raises:
            ModelRejected: the file is damaged.
        """
        try:
            (_, *languages), *lines = json.loads(_shipped_bytes())
            return cls({code: _pairs(lines, n) for n, code in enumerate(languages, 1)})
        except (ValueError, IndexError, TypeError) as error:
            raise ModelRejected(
                f"{SHIPPED} cannot be read ({error}); reinstall Pagesight"
            ) from error

    def english(self, words: Sequence[str]) -> list[str]:
        """Return the English of each word of a text, empty for one that is not known.

        All are empty where the text is in English or in no language of the list.

        Args:
            words: as they stand in the text, in its order.
        """
        parts = [WORD.findall(plain(word)) for word in words]
        language = foreign_language([part for mine in parts for part in mine])
        if language is None or language not in self._words:
            return [""] * len(words)
        return [" ".join(filter(None, self._all_of(mine, language))) for mine in parts]

    def _all_of(self, parts: Sequence[str], language: str) -> list[str]:
        told = [part for part in parts if len(part) > 1 and part not in STOP_WORDS[language]]
        return [self._of(part, language) for part in told]

    def _of(self, word: str, language: str) -> str:
        known = self._meanings(language).get(stemmer(language).stem(word), ())
        if known or language not in COMPOUNDING or len(word) < MIN_COMPOUND:
            return " ".join(known[:MAX_MEANINGS])
        return self._of_compound(word, language)

    def _of_compound(self, word: str, language: str) -> str:
        """Take the longest first part that is known before a known second one.

        A letter that links the two, as the s of Arbeitsgruppe, goes with the stem's ending.
        """
        meanings, stem = self._meanings(language), stemmer(language).stem
        for cut in range(len(word) - MIN_PART, MIN_PART - 1, -1):
            first, second = meanings.get(stem(word[:cut])), meanings.get(stem(word[cut:]))
            if first and second:
                return f"{first[0]} {second[0]}"
        return ""

    def _by_stem(self, language: str) -> Meanings:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for word, english in self._words[language]:
            mine = found[stemmer(language).stem(plain(word))]
            if english not in mine:
                mine.append(english)
        return found


def glossary_sha256() -> str:
    """Return the sha256 of the list: rows and terms made with another one never mix with these."""
    return hashlib.sha256(_shipped_bytes()).hexdigest()


@cache
def glossary() -> Glossary:
    """Return the list that ships with the package."""
    return Glossary.load()


def _pairs(lines: Sequence[Sequence[str]], n: int) -> Pairs:
    return [(word, line[0]) for line in lines for word in line[n].split()]


@cache
def _shipped_bytes() -> bytes:
    return files("index.encoders").joinpath(SHIPPED).read_bytes()
