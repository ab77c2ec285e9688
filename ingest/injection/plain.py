"""Text without its disguises: what reads alike is spelled alike, however it was written.

Compatibility forms, accents, invisible characters, letters of other alphabets inside Latin words
and digits that stand for letters are undone. The result is for matching only, never for showing.
"""

import re
import unicodedata
from collections.abc import Iterable

# Cyrillic and Greek letters drawn like a Latin one (a part of Unicode's confusables, UTS 39).
_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u0501\u051b\u051d\u04bb\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxijsdqwhaeikvoptux",
)
_DIGITS = str.maketrans("013457@$", "oieastas")
_OVERRIDES = "\u202d\u202e"  # the following text runs the other way than its letters do
_JOINERS = "\u200c\u200d\u00ad"  # honest inside words: Persian, Indic, hyphenation
_WORD = re.compile(r"[\w@$]+")
MIN_TAGS = 4


def plain(text: str) -> str:
    """The text in lower case, without accents, compatibility forms and invisible characters."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in spread if not _is_unseen(char))
    return _WORD.sub(lambda word: _in_latin(word[0]), bare)


def without_digits(text: str) -> str:
    """Plain text whose words have letters where digits stood for them: 1gn0re is ignore."""
    return _WORD.sub(lambda word: _in_letters(word[0]), text)


def is_disguised(texts: Iterable[str]) -> bool:
    """Whether characters that nobody sees stand in the texts where no honest one does."""
    n_tags = 0
    for text in texts:
        if any(mark in text for mark in _OVERRIDES) or _is_split(text):
            return True
        n_tags += sum("\U000e0000" <= char <= "\U000e007f" for char in text)
    return n_tags >= MIN_TAGS


def _in_latin(word: str) -> str:
    """A word that mixes alphabets, in Latin letters alone; another one as it is."""
    is_mixed = not word.isascii() and any("a" <= char <= "z" for char in word)
    return word.translate(_LOOKALIKES) if is_mixed else word


def _in_letters(word: str) -> str:
    has_letters = any(char.isalpha() for char in word)
    return word.translate(_DIGITS) if has_letters and not word.isalpha() else word


def _is_split(text: str) -> bool:
    """Whether an invisible character stands between the letters of a Latin word."""
    inside = text.strip("\ufeff\u200b\u2060")
    seen = "".join(char for char in inside if not _is_unseen(char) or char in _JOINERS)
    return seen != inside and seen.isascii()


def _is_unseen(char: str) -> bool:
    return char >= "\x7f" and unicodedata.category(char) in ("Cf", "Mn", "Cc", "Co", "Cn")
