"""What a question asks for: its content terms, and the kind of answer it expects.

Cue words are a handful a language; a question in a language without any still works, by its terms.
"""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from answer.terms import fold, tokens
from index.encoders.lexical import LexicalEncoder
from index.encoders.stop_words import stop_words_of

Expected = Literal["percentage", "money", "time", "number", "name", "text"]

# Words about telling and about documents: the page that answers need not use them.
_TELLING_TEXT = """
according listed list lists show shows shown given give gives stated states state mentioned mention
described describe describes say says said tell named name names called call written write presented
displayed depicted illustrated indicated reported represent represented deck slide slides slideshow
infographic graphic screenshot chart figure diagram listing table photo picture drawing image page
document report article text excerpt survey
laut selon segun segundo volgens tableau tabelle abbildung dokument"""
_TELLING = frozenset(_TELLING_TEXT.split())
_CUES: dict[Expected, str] = {
    "percentage": r"""percent(?:age)?|(?:what|which)\ share|share\ of|proportion
        |pourcentage|taux|prozent\w*
        |anteil|porcentaje|percentual\w*|procent\w*|비율\w*|퍼센트\w*|نسبه""",
    "time": r"""when|what\ time|(?:what|which)(?:\ \w+)?\ (?:date|day|month|year)|record\ date|wann
        |quand|quelle\ (?:date|annee)|cuando|wanneer|quando|언제|متي""",
    "money": r"""how\ much\ (?:money|do|does|did|was|is)|price|costs?|total\ amount
        |amount\ (?:due|paid|was|of)|kostete?t?|prix|montant|precio|importe|kostte|prijs|얼마""",
    "number": r"""how\ (?:many|much|long|tall|old|far|high|large|big|often|wide|deep|heavy)|number
        |total|score|count|combien|wie\ ?(?:viele?|hoch|lang|gross)|hoeveel|cuant[oa]s?
        |quant[oaie]s?|몇|كم""",
    "name": r"who|whose|whom|wer|wem|wen|qui|quien(?:es)?|quem|chi|wie\ is|누구\w*|من",
}
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{cue})(?!\w)", re.VERBOSE)) for kind, cue in _CUES.items()
)
_MONTHS = """jan|feb|fev|mar|maerz|mrz|apr|avr|abr|may|mai|mei|jun|juin|jul|juil|aug|aou|ago|sep|okt
    |oct|out|nov|dec|dez|dic|ene"""
_NUMBER_WORDS = """two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|deux|trois|quatre
    |cinq|dix|zwei|drei|vier|funf|zehn|dos|tres|cuatro|cinco|diez|twee|drie|vijf|tien"""
_SHAPES: dict[Expected, re.Pattern[str]] = {
    "percentage": re.compile(r"\d.*(?:%|\bper ?cent|\bpct\b|prozent|pour cent|por ciento)|%.*\d"),
    "money": re.compile(
        r"[$€£¥₩]\s*\d|\d\s*[$€£¥₩]|\d[.,]\d\d(?!\d)|\b(?:usd|eur|dollars?|euros?)\b"
    ),
    "time": re.compile(
        rf"\b(?:19|20)\d\d\b|\d\d?[:h]\d\d|\b\d\d?[./]\d\d?[./]|\b(?:{_MONTHS})[a-z]*\b", re.VERBOSE
    ),
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.VERBOSE),
}
_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*\.?(?:\s+[^\W\d_a-z]\.?[^\W\d_]*)+")
_LIST = re.compile(
    r"\b(?:which|what|list|name)\b(?: the)?(?: \w+)? \w+s are\b|\band (?:what|how|which|who)\b"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of a question.

    Attributes:
        text: its comparable form.
        is_specific: a number or a name: pages about something else lack it.
    """

    text: str
    is_specific: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A question taken apart.

    Attributes:
        terms: its content words, each once.
        tokens: all its words and numbers, folded.
        expected: the kind of answer.
        wants_list: more than one thing is asked for.
    """

    terms: tuple[Term, ...]
    tokens: frozenset[str]
    expected: Expected
    wants_list: bool

    def is_met_by(self, text: str) -> bool:
        """Whether the text holds something of the expected kind that the question did not bring."""
        if self.expected == "text":
            return True
        if self.expected == "name":
            return any(not set(tokens(name)) <= self.tokens for name in _NAME.findall(text))
        fresh = " ".join(w for w in fold(text).split() if not _is_echo(w, self.tokens))
        return bool(_SHAPES[self.expected].search(fresh))


def take_apart(question: str, lexical: LexicalEncoder, *, language: str = "en") -> Asking:
    """Find the question's content terms and the kind of answer it expects."""
    folded = fold(question)
    return Asking(
        terms=_terms(question, lexical, _left_out(question, language))
        or _terms(question, lexical, set()),
        tokens=frozenset(tokens(question)),
        expected=next((kind for kind, pattern in _PATTERNS if pattern.search(folded)), "text"),
        wants_list=bool(_LIST.search(folded)),
    )


def _left_out(question: str, language: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]+", question.casefold())
    return stop_words_of(words, language=language) | _TELLING


def _terms(question: str, lexical: LexicalEncoder, left_out: AbstractSet[str]) -> tuple[Term, ...]:
    found: dict[str, bool] = {}
    for position, word in enumerate(question.split()):
        is_specific = _is_specific(word, is_first=position == 0)
        for part in re.findall(r"[^\W_]+(?:[-.,:][^\W_]+)*", word):
            if part.casefold() not in left_out:
                for term in lexical.terms(part):
                    found[term] = found.get(term, False) or is_specific
    return tuple(Term(text, is_specific) for text, is_specific in found.items())


def _is_specific(word: str, *, is_first: bool) -> bool:
    bare = re.sub(r"^\W+|\W+$", "", word)
    has_capital = any(c.isupper() for c in (bare[1:] if is_first else bare))
    return has_capital or any(c.isdigit() for c in bare)


def _is_echo(word: str, asked: AbstractSet[str]) -> bool:
    """A number that the question already named."""
    numbers = [token for token in tokens(word) if token[0].isdigit()]
    return bool(numbers) and all(token in asked for token in numbers)
