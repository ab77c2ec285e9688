"""What the words after a label say, read as the kind of value that a field wants."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from answer.extraction.amounts import DecimalMark, currency_of, decimal_mark, read_amount
from answer.extraction.dates import order_of, read_date
from answer.extraction.vocabulary import IDENTIFIERS, MONEY
from answer.extraction.wanted import WantedField
from answer.terms import fold

Value = str | float | int | bool

MAX_PATTERN_WORDS = 5
MAX_MATCHED_CHARACTERS = 64
MAX_TEXT_WORDS = 40
CUT_SHORT = 0.9  # certainty of a value that more words follow
UNSURE = 0.5  # certainty of a value that can be read in two ways
_PUNCTUATION = ".,;:"
_TRUE = frozenset({
    "yes", "true", "ja", "oui", "si", "wahr", "vrai", "x", "✓", "✔", "☑", "☒", "1",
})  # fmt: skip
_FALSE = frozenset({"no", "false", "nein", "non", "nee", "falsch", "faux", "☐", "0"})  # fmt: skip
_PREFIX = re.compile(r"[A-Z]{1,4}[.:]?$")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a document writes numbers and dates, as far as it shows."""

    mark: DecimalMark | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A value read from words.

    Attributes:
        value: as JSON has it; dates in ISO form.
        raw: as it is printed.
        first: place of its first word among the words read.
        end: place after its last word.
        certainty: 1, less when more words follow, one half when it can be read in two ways.
    """

    value: Value
    raw: str
    first: int
    end: int
    certainty: float = 1.0


def habits_of(texts: Iterable[str]) -> Habits:
    """How a document writes, from all its words."""
    known = list(texts)
    return Habits(decimal_mark(known), order_of(known))


def read_value(texts: Sequence[str], wanted: WantedField, habits: Habits) -> Reading | None:
    """The value at the beginning of the words, or None when they hold none of that kind."""
    if not texts:
        return None
    if wanted.pattern is not None and wanted.kind == "string":
        return _matching(texts, wanted.pattern)
    if wanted.kind in ("number", "integer"):
        return _number(texts, wanted, habits)
    if wanted.kind == "date":
        return _date(texts, habits)
    if wanted.kind == "boolean":
        return _boolean(texts)
    return _text(texts, wanted)


def _number(texts: Sequence[str], wanted: WantedField, habits: Habits) -> Reading | None:
    text = " ".join(texts)
    found = None if read_date(text, day_first=True) else read_amount(text, habits.mark)
    is_share = found is not None and found.is_percent
    if found is None or (is_share and wanted.role in MONEY - {"discount"}):
        return None
    if wanted.kind == "integer" and found.value != int(found.value):
        return None
    if text[found.end :].lstrip()[:1].isdigit():  # 28.781, 60: cut in two, by OCR or by the gap
        return None
    value = int(found.value) if wanted.kind == "integer" else found.value
    certainty = 1.0 if found.is_certain else UNSURE
    return _reading(texts, value, 0, found.end, certainty)


def _date(texts: Sequence[str], habits: Habits) -> Reading | None:
    found = read_date(" ".join(texts), day_first=habits.day_first)
    if found is None:
        return None
    certainty = 1.0 if found.is_certain else UNSURE
    return _reading(texts, found.iso, found.start, found.end, certainty)


def _boolean(texts: Sequence[str]) -> Reading | None:
    said = fold(texts[0]).strip(_PUNCTUATION)
    if said not in _TRUE | _FALSE:
        return None
    return Reading(said in _TRUE, texts[0], 0, 1, 1.0 if len(texts) == 1 else CUT_SHORT)


def _text(texts: Sequence[str], wanted: WantedField) -> Reading | None:
    if wanted.choices:
        return _choice(texts, wanted)
    if wanted.role == "currency":
        code = currency_of(texts[0])
        return Reading(code, texts[0], 0, 1) if code else None
    if is_identifier(wanted):
        return _identifier(texts)
    if not any(c.isalnum() for c in texts[0]) and len(texts) == 1:
        return None
    end = min(len(texts), MAX_TEXT_WORDS)
    raw = " ".join(texts[:end])
    return Reading(raw, raw, 0, end)


def is_identifier(wanted: WantedField) -> bool:
    """Whether its value must hold a digit: a number that is no amount, as its label says."""
    if wanted.role is not None:
        return wanted.role in IDENTIFIERS
    return wanted.kind == "string" and bool(wanted.labels) and "no" in wanted.labels[0]


def _choice(texts: Sequence[str], wanted: WantedField) -> Reading | None:
    """The allowed value that the words begin with, the longest one."""
    for end in range(min(len(texts), MAX_PATTERN_WORDS), 0, -1):
        raw = " ".join(texts[:end])
        said = fold(raw).strip(_PUNCTUATION)
        for choice in wanted.choices:
            if isinstance(choice, str) and fold(choice) in (said, said.strip("()")):
                return Reading(choice, raw, 0, end, 1.0 if end == len(texts) else CUT_SHORT)
    return None


def _identifier(texts: Sequence[str]) -> Reading | None:
    """The words with digits that come first, with the letters that stand before them."""
    if "@" in texts[0]:
        return Reading(texts[0].rstrip(_PUNCTUATION), texts[0], 0, 1)
    first = 0
    if texts[0] == "#" and len(texts) > 1:
        first = 1
    end = first
    while end < len(texts) and _PREFIX.match(texts[end]) and end < first + 2:
        end += 1
    start_of_digits = end
    while end < len(texts) and any(c.isdigit() for c in texts[end]):
        end += 1
        if texts[end - 1][-1] in ",;":
            break
    if end == start_of_digits or _is_amount_or_date(texts[first:], end - first):
        return None
    raw = " ".join(texts[first:end])
    certainty = 1.0 if end == len(texts) else CUT_SHORT
    return Reading(raw.strip(_PUNCTUATION).removeprefix("#"), raw, first, end, certainty)


def _is_amount_or_date(texts: Sequence[str], n_words: int) -> bool:
    is_money = any(currency_of(word) for word in texts[:n_words]) or texts[n_words - 1][-1] == "%"
    return is_money or read_date(" ".join(texts), day_first=True) is not None


def _matching(texts: Sequence[str], pattern: str) -> Reading | None:
    """The first stretch of words that matches the pattern as a whole, the longest one there."""
    for first in range(len(texts)):
        for end in range(min(len(texts), first + MAX_PATTERN_WORDS), first, -1):
            raw = " ".join(texts[first:end])
            for text in dict.fromkeys((raw, raw.strip(_PUNCTUATION + "()#"))):
                if len(text) <= MAX_MATCHED_CHARACTERS and re.search(pattern, text):
                    if not _matches_all(pattern, text):
                        continue
                    whole = first == 0 and end == len(texts)
                    return Reading(text, raw, first, end, 1.0 if whole else CUT_SHORT)
    return None


def _matches_all(pattern: str, text: str) -> bool:
    """The match is the whole text: JSON schema patterns need not be anchored, values must be."""
    found = re.search(pattern, text)
    return found is not None and found.span() == (0, len(text))


def _reading(
    texts: Sequence[str], value: Value, start: int, stop: int, certainty: float
) -> Reading:
    """A reading of the characters `start` to `stop` of the words joined by spaces."""
    joined = " ".join(texts)
    first, end = joined[:start].count(" "), joined[:stop].rstrip().count(" ") + 1
    if end < len(texts):
        certainty *= CUT_SHORT
    return Reading(value, joined[start:stop].strip(), first, end, certainty)
