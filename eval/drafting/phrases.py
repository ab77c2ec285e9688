"""Facts as questions, in the languages that questions can be put in.

What a page says is quoted where a sentence of the question would have to bend it: labels, headers
and, in German and French, subjects.
"""

import re
from collections.abc import Mapping, Sequence

from eval.drafting.facts import Fact

# By kind; a cell without a column asks as a field does. {within} and {according} name the document.
_TEMPLATES: dict[str, Mapping[str, str]] = {
    "en": {
        "field": "What is the “{subject}”{within}?",
        "cell": "What is the “{0}” of “{subject}”{within}?",
        "year": "What is the value of “{subject}” in {0}{within}?",
        "definition": "What {is_are} {subject}{according}?",
        "figure": "What figure is given for {subject}{within}?",
        "date": "When {0} {subject} {1}{according}?",
        "caption": "What does {subject} show{within}?",
        "within": " in “{title}”",
        "according": " according to “{title}”",
    },
    "de": {
        "field": "Was steht bei „{subject}“{within}?",
        "cell": "Was steht bei „{subject}“ unter „{0}“{within}?",
        "year": "Was steht bei „{subject}“ für {0}{within}?",
        "definition": "Was {is_are} „{subject}“{according}?",
        "figure": "Welche Zahl wird für „{subject}“ genannt{within}?",
        "date": "Wann {0} „{subject}“ {1}{according}?",
        "caption": "Was zeigt {subject}{within}?",
        "within": " in „{title}“",
        "according": " laut „{title}“",
    },
    "fr": {
        "field": "Qu'indique-t-on pour « {subject} »{within} ?",
        "cell": "Quelle est la valeur de « {0} » pour « {subject} »{within} ?",
        "year": "Quelle est la valeur de « {subject} » en {0}{within} ?",
        "definition": "Qu'est-ce que « {subject} »{according} ?",
        "figure": "Quel chiffre est donné pour « {subject} »{within} ?",
        "date": "Quand est-ce que « {subject} » {0} {1}{according} ?",
        "caption": "Que montre {subject}{within} ?",
        "within": " dans « {title} »",
        "according": " selon « {title} »",
    },
}
LANGUAGES = tuple(_TEMPLATES)
_PLURAL = {"en": ("is", "are"), "de": ("ist", "sind"), "fr": ("est", "sont")}
_ARTICLES = ("The ", "A ", "An ")


def put(fact: Fact, language: str, quote: str, title: str | None) -> str:
    """Return the question that the fact answers.

    Args:
        fact: what is asked for.
        language: one of `LANGUAGES`.
        quote: the words that say so: whether they speak of one thing or of several.
        title: what the document is called; none where the subject stands in no other document.
    """
    templates = _TEMPLATES[language]
    kind = _cell_kind(fact.details) if fact.kind == "cell" else fact.kind
    named = {
        part: templates[part].format(title=title) if title else ""
        for part in ("within", "according")
    }
    singular, plural = _PLURAL[language]
    is_are = plural if quote.startswith(f"{fact.subject} {plural} ") else singular
    subject = _inside(fact.subject) if language == "en" else fact.subject
    return templates[kind].format(*fact.details, subject=subject, is_are=is_are, **named)


def _cell_kind(details: Sequence[str]) -> str:
    if not details:
        return "field"
    return "year" if re.fullmatch(r"(?:19|20)\d\d", details[0]) else "cell"


def _inside(subject: str) -> str:
    """An English subject as it stands inside a sentence: its article is small."""
    return subject[0].lower() + subject[1:] if subject.startswith(_ARTICLES) else subject
