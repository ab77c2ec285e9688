"""What a document must know to answer a question: its names, its numbers, its other words.

A name or a number says what the question is about, and a document about something else lacks it.
Any other word may be put differently. What a word looks like decides; there is no model behind it.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from answer.asking import TELLING
from answer.languages import language_of
from answer.terms import fold
from index.encoders.lexical import LexicalEncoder
from index.encoders.stop_words import STOP_WORDS

Kind = Literal["name", "number", "word"]

_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+")
_CODE = re.compile(r"(?<![^\W_])[A-Z]+(?:-[A-Z]*\d+)+[A-Z]*(?![^\W_])")  # AW-9, QL-2024-0417
_LETTERS = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_SHORT_YEAR = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)[-/\u2013]\d\d(?!\d)")  # 1962-63
_ORDINAL_UNITS = ("st", "nd", "rd", "th")
_QUANTITY = re.compile(r"(\d+)(k|m|b|bn|s|st|nd|rd|th)")
_PERIOD = re.compile(r"(?:fy|[qh]\d|fq\d)(?:\d{2,4})?")  # Q1, H2, FY2022: written in many ways
_TIMES = {"k": 10**3, "m": 10**6, "b": 10**9, "bn": 10**9}
_SENTENCE_END = (".", "?", "!", ":")
_OPENING = "\"'([\u00bf\u00a1\u201c\u2018\u00ab"
_SPELLED_TEXT = """
zero one two three four five six seven eight nine ten eleven twelve"""
_SPELLED = _SPELLED_TEXT.split()
_ORDINALS_TEXT = """
zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"""
_ORDINALS = _ORDINALS_TEXT.split()

# Dates are written in many ways, and a document does not say which language it is in.
_NO_NAMES_TEXT = """
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday
arabic bulgarian chinese croatian czech danish dutch english estonian finnish french german greek
hebrew hindi hungarian indonesian italian japanese korean latin latvian lithuanian norwegian persian
polish portuguese romanian russian serbian slovak spanish swedish thai turkish ukrainian vietnamese
"""
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
_ASKING_TEXT = """
who whom whose what which when where why how
wer wem wen was wann wo warum wie wieviel welche welcher welches welchen welchem
qui que quoi quel quelle quels quelles quand ou pourquoi comment combien
quien quienes cual cuales cuando donde como cuanto cuanta cuantos cuantas
chi cosa quale quali quando dove perche quanto quanta quanti quante
wat welk welke wanneer waar waarom hoe hoeveel
quem qual quais onde quantos quantas
"""
_ASKING = frozenset(_ASKING_TEXT.split())
_TELL_ME_TEXT = """
is are was were do does did has have can could may must should will would
list name give tell explain compare describe find show summarise summarize
"""
_TELL_ME = frozenset(_TELL_ME_TEXT.split())


@dataclass(frozen=True, slots=True)
class Need:
    """A word of a question that a document which answers it would know.

    Attributes:
        text: as it stands in the question.
        forms: terms as pages are indexed by; any of them will do.
        pieces: its runs of letters and of digits: 16GB may be written 16 GB.
        kind: a name, a number, or any other word.
        has_capital: as names have in every language; German nouns have it too.
    """

    text: str
    forms: tuple[str, ...]
    pieces: tuple[str, ...]
    kind: Kind
    has_capital: bool = False

    @property
    def is_specific(self) -> bool:
        """Whether a document that lacks it is about something else."""
        return self.kind != "word"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a question needs.

    Attributes:
        all: in the order of the question, no form twice.
        language: of the question, ISO code; None where it cannot be told.
        asks: whether it is a question; else it describes what is looked for.
    """

    all: tuple[Need, ...]
    language: str | None
    asks: bool

    @property
    def forms(self) -> frozenset[str]:
        """Every form of every need."""
        return frozenset(form for need in self.all for form in need.forms)


def read_needs(question: str, lexical: LexicalEncoder) -> Needs:
    """Find what a question needs."""
    language = language_of(_LETTERS.findall(question))
    stop_words = STOP_WORDS[language or "en"]
    by_capital = language != "de" and not _is_title_case(question, stop_words)
    found: dict[tuple[str, ...], Need] = {}
    for need in _read(question, lexical, by_capital=by_capital):
        if need.text.casefold() not in stop_words | TELLING:
            found.setdefault(need.forms, need)
    return Needs(tuple(found.values()), language, _asks(question))


def _read(question: str, lexical: LexicalEncoder, *, by_capital: bool) -> Iterator[Need]:
    starts_sentence = True
    for spaced in _SHORT_YEAR.sub(r"\1", question).split():
        rest = spaced
        for code in _CODE.findall(spaced):
            joined = "".join(_pieces(code))  # a term of its own beside those of its parts
            yield Need(code, tuple(lexical.terms(joined))[:1], _pieces(code), "number")
            rest = rest.replace(code, " ")
        is_opening = starts_sentence and not spaced.lstrip(_OPENING)[1:2].isupper()
        for place, word in enumerate(_WORD.findall(rest)):
            has_capital = _has_capital(word[1:] if is_opening and not place else word)
            for need in _needs_of(word, lexical, has_capital=has_capital):
                yield need if by_capital or need.kind == "number" else replace(need, kind="word")
        starts_sentence = spaced.endswith(_SENTENCE_END)


def _needs_of(word: str, lexical: LexicalEncoder, *, has_capital: bool) -> Iterator[Need]:
    """The needs of a word: one, but for a run of a script without spaces."""
    lowered = word.casefold()
    has_digit = any(c.isdigit() for c in word)
    is_loose = lowered in _NO_NAMES or bool(_PERIOD.fullmatch(lowered))
    is_name = has_capital and not is_loose and len(word) > 1
    kind: Kind = "word" if is_loose else "number" if has_digit else "name" if is_name else "word"
    terms = list(lexical.terms(word))
    is_spaced = has_digit or word.upper() != word.lower()
    for term in terms[:1] if is_spaced else terms:
        yield Need(word, (term, *_other_forms(lowered, lexical)), _pieces(word), kind, is_name)


def _other_forms(word: str, lexical: LexicalEncoder) -> Iterator[str]:
    """75k as 75000 and 75, 5th as 5 and fifth, 1990s as 1990, 9 as nine."""
    quantity = _QUANTITY.fullmatch(word)
    unit = quantity[2] if quantity else ""
    digits = quantity[1] if quantity else word
    if not digits.isdecimal():
        return
    if unit in _TIMES:
        yield str(int(digits) * _TIMES[unit])
    if unit:
        yield digits
    names = {"": _SPELLED, **dict.fromkeys(_ORDINAL_UNITS, _ORDINALS)}.get(unit, [])
    if int(digits) < len(names):
        yield from lexical.terms(names[int(digits)])


def _pieces(word: str) -> tuple[str, ...]:
    return tuple(_PIECE.findall(fold(word)))


def _has_capital(word: str) -> bool:
    return any(c.isupper() for c in word)


def _is_title_case(question: str, stop_words: AbstractSet[str]) -> bool:
    """Whether even function words have capitals, so that capitals do not tell names."""
    inner = _LETTERS.findall(question)[1:]
    return any(w.istitle() and len(w) > 1 and w.casefold() in stop_words for w in inner)


def _asks(question: str) -> bool:
    if any(mark in question for mark in "?\u061f\uff1f"):
        return True
    first = [fold(word) for word in _LETTERS.findall(question)[:3]]
    return not _ASKING.isdisjoint(first) or not _TELL_ME.isdisjoint(first[:1])
