"""What a question asks for: its content terms, and the kind of answer it expects.

Cue words are a handful a language; a question in a language without any still works, by its terms.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from answer.terms import fold, tokens
from index.encoders.lexical import LexicalEncoder
from index.encoders.stop_words import STOP_WORDS, stop_words_of

Expected = Literal["percentage", "money", "time", "number", "name", "text"]

# Words about telling and about documents: the page that answers need not use them.
_TELLING_TEXT = """
according listed list lists show shows shown given give gives stated states state mentioned mention
described describe describes say says said tell named name names called call written write presented
displayed depicted illustrated indicated reported represent represented deck slide slides slideshow
infographic graphic screenshot chart figure diagram listing table photo picture drawing image page
document report article text excerpt survey
laut selon segun segundo volgens tableau tabelle abbildung dokument"""
TELLING = frozenset(_TELLING_TEXT.split())
_CUES: dict[Expected, str] = {
    "percentage": r"""percent(?:age)?|(?:what|which)\ share|share\ of|proportion
        |pourcentage|taux|prozent\w*
        |anteil|porcentaje|percentual\w*|procent\w*|비율\w*|퍼센트\w*|نسبه""",
    "time": r"""when|(?:which|what)\ hours|what\ time|record\ date|wann
        |(?:what|which)(?:\ \w+)?\ (?:date|day|month|year)
        |quand|quelle\ (?:date|annee)|cuando|wanneer|quando|언제|متي""",
    "money": r"""how\ much\ (?:money|do|does|did|was|is)|price|costs?|total\ amount
        |amount\ (?:due|paid|was|of)|kostete?t?|prix|montant
        |what\ (?:do|does|did)\ [\w\ .&'-]*\ (?:pay|charge|bid|cost)
        |precio|importe|kostte|prijs|얼마""",
    "number": r"""how\ (?:many|much|long|tall|old|far|high|large|big|often|wide|deep|heavy|thick)
        |number|total|score|count
        |(?:what|which)\ (?!do|did)(?:\w+\ ){0,4}(?:value|rate|torque|code|level|size
        |temperature|pressure|concentration|depth|height|weight|speed|ratio|coefficient)
        |combien|quelle\ (?:hauteur|taille|temperature|profondeur|valeur|duree)
        |wie\ ?(?:viele?|hoch|lang|gross|schwer|tief|breit|alt)|hoeveel|cuant[oa]s?
        |quant[oaie]s?|몇|كم""",
    "name": r"who|whose|whom|wer|wem|wen|qui|quien(?:es)?|quem|chi|wie\ is|누구\w*|من",
}
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{cue})(?!\w)", re.VERBOSE)) for kind, cue in _CUES.items()
)
MONTHS = r"""(?:jan(?:uary?|vier|eiro|uari)?|feb(?:ruary?|rero|ruari)?|f[eé]v(?:rier|ereiro)?
    |mar(?:ch|s|zo|[cç]o)?|m(?:ä|ae?)rz|maart|apr(?:il)?|avr(?:il)?|abr(?:il)?|ma[iy]|mayo|maio|mei
    |jun[ei]?|juin|junio|junho|jul[iy]?|juillet|julio|julho|aug(?:ust(?:us)?)?|ao[uû]t|agosto
    |sept?(?:emb(?:er|re)|iembre)?|set(?:embro)?|o[ck]t(?:ober|obre|ubre)?|outubro
    |nov(?:emb(?:er|re|ro)|iembre)?|d[eé][cz](?:emb(?:er|re|ro))?|dic(?:iembre)?|ene(?:ro)?)\b"""
_NUMBER_WORDS = """two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|deux|trois|quatre
    |cinq|dix|zwei|drei|vier|funf|zehn|dos|tres|cuatro|cinco|diez|twee|drie|vijf|tien"""
_SHAPES: dict[Expected, re.Pattern[str]] = {
    "percentage": re.compile(r"\d.*(?:%|\bper ?cent|\bpct\b|prozent|pour cent|por ciento)|%.*\d"),
    "money": re.compile(
        r"[$€£¥₩]\s*\d|\d\s*[$€£¥₩]|\d[.,]\d\d(?!\d)|\d\s?p\b|\b(?:usd|eur|dollars?|euros?)\b"
    ),
    "time": re.compile(
        rf"\b(?:1[5-9]|20)\d\d\b|\d\d?[:h]\d\d|\b\d\d?[./]\d\d?[./]|\b{MONTHS}",
        re.VERBOSE,
    ),
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.VERBOSE),
}
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+")
_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*\.?(?:\s+[^\W\d_a-z]\.?[^\W\d_]*)+")
_LIST = re.compile(
    r"\b(?:which|what|list|name)\b(?: the)?(?: \w+)? \w+s are\b|\band (?:what|how|which|who)\b"
)
_REASON = re.compile(r"\b(?:why|warum|weshalb|pourquoi|por que|perche|waarom)\b")


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
        wants_reason: it asks why.
    """

    terms: tuple[Term, ...]
    tokens: frozenset[str]
    expected: Expected
    wants_list: bool
    wants_reason: bool = False

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
    stop_words = stop_words_of(re.findall(r"[^\W\d_]+", question.casefold()), language=language)
    words = list(_words(question, names_by_capital=stop_words is not STOP_WORDS["de"]))
    telling = [word for word in words if word[0].casefold() not in stop_words | TELLING]
    return Asking(
        terms=_terms(telling or words, lexical),
        tokens=frozenset(tokens(question)),
        expected=_expected(folded),
        wants_list=bool(_LIST.search(folded)),
        wants_reason=bool(_REASON.search(folded)),
    )


def _expected(folded: str) -> Expected:
    """The kind whose cue comes first: `how many … when …` asks for a number."""
    found = [(cue.start(), kind) for kind, pattern in _PATTERNS if (cue := pattern.search(folded))]
    return min(found, key=lambda one: one[0])[1] if found else "text"


def _words(question: str, *, names_by_capital: bool) -> Iterator[tuple[str, bool]]:
    """Words of the question, and whether each is specific; German capitals say nothing."""
    for position, spaced in enumerate(question.split()):
        bare = spaced.lstrip("\"'([¿¡\u201c\u2018\u00ab")
        capital = any(c.isupper() for c in (bare[1:] if position == 0 else bare))
        is_specific = (capital and names_by_capital) or any(c.isdigit() for c in bare)
        yield from ((word, is_specific) for word in _WORD.findall(spaced))


def _terms(words: Sequence[tuple[str, bool]], lexical: LexicalEncoder) -> tuple[Term, ...]:
    found: dict[str, bool] = {}
    for word, is_specific in words:
        for text in _forms(word, lexical):
            found[text] = found.get(text, False) or is_specific
    return tuple(Term(text, is_specific) for text, is_specific in found.items() if text)


def _forms(word: str, lexical: LexicalEncoder) -> list[str]:
    """The word's own term; a run of a script without spaces has several."""
    forms = list(lexical.terms(word))
    is_spaced = any(c.isdigit() for c in word) or word.upper() != word.lower()
    return forms[:1] if is_spaced else forms


def _is_echo(word: str, asked: AbstractSet[str]) -> bool:
    """A number that the question already named."""
    numbers = [token for token in tokens(word) if token[0].isdigit()]
    return bool(numbers) and all(token in asked for token in numbers)
