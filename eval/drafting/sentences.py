"""Facts of sentences and of lines with a label: definitions, figures, dates, fields."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answer.layout import Block, Line
from answer.passages import Passage
from eval.drafting.facts import Fact, Kind, is_label, is_value
from index.encoders.stop_words import STOP_WORDS

MAX_SUBJECT_WORDS = 8
MAX_DEFINITION_WORDS = 14
_SUBJECT = r"(?P<subject>[^\W\d_][^,;:()\u2013\u2014]{2,70}?)"
_NUMBER = r"[$€£¥₩]?\s?\d+(?:[.,' \u00a0\u202f]\d{3})*(?:[.,]\d+)?(?!\d)"
_UNIT = (
    r"\s?(?:%|‰|°\s?[CF]|[€$£]|(?:(?:m|b|tr)illions?|thousand|Milli(?:on|ard)en|Mio\.|milliards?)\b"
    r"|(?:[kcm]?m[²³]?|[km]?g|[mch]?l|[kMGT]?Wh?|bar|V|A|Hz)\b"
    r"|(?:hours?|days?|weeks?|months?|years?|minutes?|met(?:re|er)s?|kilomet(?:re|er)s?|litres?|"
    r"tonnes?|tons|dollars?|euros?|pounds?|percent|per\scent|Euro|Stunden|Tagen?|Wochen|Monate|"
    r"Jahren?|Minuten|Meter|Kilometer|Liter|Tonnen|Prozent|heures?|jours?|semaines?|mois|ans|mètres?|"
    r"kilomètres?|tonnes|pour\scent)\b)"
)
_FIGURE = (  # and neither one of several, nor a comparison
    rf"(?P<answer>(?>{_NUMBER}(?:{_UNIT}){{0,2}}))(?=[,;.:]?(?:\s|$))"
    r"(?!\s?[,\u2013-]?\s?(?:to|and|or|bis|und|oder|à|et|ou)?\s?[$€£]?\s?\d)"
    r"(?!\s?(?:\w+\s){0,2}(?:times|more|less|lower|higher|fewer|mehr|weniger|plus|moins)\b)"
)
_DATE = r"(?P<answer>(?:\d{1,2}(?:st|nd|rd|th|er)?\.?\s)?(?:[^\W\d_]{3,10}\s)?(?:\d{1,2},\s)?(?:1[5-9]|20)\d\d)(?!\d)"  # noqa: E501
_FIELD = re.compile(r"^(?P<subject>[^\W\d_][^:.;!?]{1,50}?)\s?:\s+(?P<answer>\S.*)$")


@dataclass(frozen=True, slots=True)
class _Language:
    """How sentences of one language say what something is, how much, and since when."""

    definition: re.Pattern[str]
    figure: re.Pattern[str]
    date: re.Pattern[str]


_LANGUAGES = {
    "en": _Language(
        re.compile(rf"^{_SUBJECT}\s(?:is|are)\s(?P<answer>(?:an?|the)\s[^;:]+)"),
        re.compile(
            rf"^{_SUBJECT}\s(?:is|was|are|were|amounts?\sto|amounted\sto|totall?ed|reached|stood\sat"
            r"|(?:rose|fell|increased|decreased|grew|dropped)\sto|costs?|weighs|measures|averaged)"
            rf"\s(?:about\s|around\s|over\s|nearly\s|approximately\s|only\s)?{_FIGURE}"
        ),
        re.compile(
            rf"^{_SUBJECT}\s(?P<verb>was|were)\s(?P<done>[^\W\d_]+(?:ed|t|n|d))\s(?:in|on)\s{_DATE}"
        ),
    ),
    "de": _Language(
        re.compile(rf"^{_SUBJECT}\s(?:ist|sind)\s(?P<answer>(?:eine?|der|die|das)\s[^;:]+)"),
        re.compile(
            rf"^{_SUBJECT}\s(?:ist|war|beträgt|betrug|liegt\sbei|lag\sbei|erreichte|kostet|kostete"
            r"|wiegt|umfasst|umfasste|zählt|zählte|misst|stieg\sauf|sank\sauf)"
            rf"\s(?:rund\s|etwa\s|knapp\s|über\s|ca\.\s)?{_FIGURE}"
        ),
        re.compile(
            rf"^{_SUBJECT}\s(?P<verb>wurden?)\s(?:im\sJahr\s|am\s)?{_DATE}"
            r"\s(?P<done>[^\W\d_]+(?:t|en))\b"
        ),
    ),
    "fr": _Language(
        re.compile(
            rf"^{_SUBJECT}\s(?:est|sont)\s(?P<answer>(?:une?|les?|la)\s[^;:]+|l['\u2019][^;:]+)"
        ),
        re.compile(
            rf"^{_SUBJECT}\s(?:est\sde|était\sde|s['\u2019]élève\sà|s['\u2019]élevait\sà|atteint"
            r"|a\satteint|coûte|pèse|mesure|compte|comptait|représente)"
            rf"\s(?:environ\s|près\sde\s|plus\sde\s)?{_FIGURE}"
        ),
        re.compile(
            rf"^{_SUBJECT}\s(?P<verb>a\sété|ont\sété)\s(?P<done>[^\W\d_]+s?)"
            rf"\s(?:en\s|le\s){_DATE}"
        ),
    ),
}
_POINTING_TEXT = """
this that these those it he she they we i you there here one some such what which who when how since
until during under between within without over where if while as however its his her their our my in
on at for with by from after before all both each none another other everyone please note inherent
dies diese dieser dieses er sie es wir ich hier da dort das dabei damit wer was wenn als wie seine
ihre sein ihr unser unsere in im an am auf bei mit nach von alle seit ohne zum zur durch bis unter
über vor gegen zwischen laut je pro
ce cet cette ces il elle ils elles nous je on y cela ça son sa ses leur leurs qui que quand comment
si dans en au aux pour avec par sur depuis pendant entre sans sous après chez vers"""
_POINTING = frozenset(_POINTING_TEXT.split())  # no subject by themselves, or the start of none
_RELATIVE = frozenset("who which that whose welche welcher welches dont qui que".split())  # noqa: SIM905  reads better so
_ASIDES = frozenset("note notes source sources abbreviations hinweis quelle anmerkung nota".split())  # noqa: SIM905  likewise


def sentence_facts(passages: Sequence[Passage], language: str) -> list[Fact]:
    """Return what sentences of the language say of a subject that they name."""
    sentences = [passage for passage in passages if passage.kind == "sentence"]
    return [fact for one in sentences for fact in _facts(one, language)]


def field_facts(blocks: Sequence[Block]) -> list[Fact]:
    """Return what stands on lines of a label, a colon and a value."""
    return [
        fact
        for block in blocks
        if not block.is_tabular and all(_FIELD.match(line.text) for line in block.lines)
        for line in block.lines
        for fact in _field(line)
    ]


def _field(line: Line) -> Iterator[Fact]:
    match = _FIELD.match(line.text)
    if match and match["subject"][0].isupper() and is_label(match["subject"]):
        answer = match["answer"].strip()
        if is_value(answer) and ": " not in answer and not _is_aside(match["subject"]):
            yield Fact("field", match["subject"], answer.rstrip(";. "), line.words)


def _is_aside(label: str) -> bool:
    """A label that more than one line of a document has."""
    return "," in label or label.casefold() in _ASIDES


def _facts(passage: Passage, language: str) -> Iterator[Fact]:
    patterns = _LANGUAGES[language]
    text = "" if passage.text.endswith("?") else passage.text
    if match := patterns.date.match(text):
        yield from _fact("date", match, passage, language)
    elif match := patterns.figure.match(text):
        yield from _fact("figure", match, passage, language)
    elif match := patterns.definition.match(text):
        yield from _fact("definition", match, passage, language)


def _fact(kind: Kind, match: re.Match[str], passage: Passage, language: str) -> Iterator[Fact]:
    subject, answer = match["subject"], match["answer"].strip(" .")
    if kind == "definition":
        answer = answer.split(",")[0]
        if not 3 <= len(answer.split()) <= MAX_DEFINITION_WORDS:
            return
    if _is_subject(subject, language):
        details = (match["verb"], match["done"]) if kind == "date" else ()
        yield Fact(kind, subject, answer, passage.words, details)


def _is_subject(text: str, language: str) -> bool:
    """Names something by itself: a capital first, no pronoun, and two words that say something."""
    words = text.split()
    first = re.split("['\u2019]", words[0].casefold())[0]
    content = [w for w in words if w.casefold() not in STOP_WORDS[language] and len(w) > 2]
    is_short = len(words) <= MAX_SUBJECT_WORDS
    is_plain = first not in _POINTING and _RELATIVE.isdisjoint(words)
    return is_short and text[0].isupper() and len(content) > 1 and is_plain
