"""Words made comparable: folded letters, numbers in one form, and how alike two terms are."""

import re
import unicodedata

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,.](?=\d{3}(?:\D|$))")


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents, vowel signs and soft hyphens taken off."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in spread if not unicodedata.combining(c) and c not in "\u00ad\u0640")
    return unicodedata.normalize("NFC", bare)


def tokens(text: str) -> list[str]:
    """Folded words and numbers of the text, in order."""
    return [_number(t) if t[0].isdigit() else t for t in _TOKEN.findall(fold(text))]


def likeness(a: str, b: str) -> float:
    """How alike two terms are: 1 the same, 0.8 by a long common beginning or one slip, else 0.

    The second covers inflection in languages without a stemmer and single letters misread by OCR.
    """
    if a == b:
        return 1.0
    if min(len(a), len(b)) < 4 or a[0].isdigit() or b[0].isdigit():
        return 0.0
    return 0.8 if _share_beginning(a, b) or _one_slip_apart(a, b) else 0.0


def _number(token: str) -> str:
    """No thousands separators, a point before decimals."""
    return _THOUSANDS.sub("", token).replace(",", ".")


def _share_beginning(a: str, b: str) -> bool:
    shorter, longer = sorted((len(a), len(b)))
    shared = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    return shared >= max(4, 0.75 * longer)


def _one_slip_apart(a: str, b: str) -> bool:
    """One letter differs, or one is missing, in words of six letters or more."""
    if len(a) > len(b):
        a, b = b, a
    if len(a) < 6 or len(b) - len(a) > 1:
        return False
    split = next((i for i in range(len(a)) if a[i] != b[i]), len(a))
    return a[split + (len(a) == len(b)) :] == b[split + 1 :]
