"""Labels made comparable: which words of a label count, and how well two labels agree."""

import re
from collections.abc import Sequence
from functools import lru_cache

from answer.extraction.vocabulary import PHRASES, Scope
from answer.terms import likeness, tokens

Label = tuple[str, ...]

EXACT = 0.99
_NUMBERS = frozenset({"no", "nr", "num", "number", "numero", "nummer", "n", "nos"})
_SILENT = frozenset({
    "of", "the", "a", "an", "in", "for", "and", "at", "de", "la", "le", "les", "du", "des",
    "der", "die", "das", "den", "dem", "von", "el", "per", "pro", "je", "eur", "usd", "gbp",
    "chf", "euro", "euros", "dollar", "dollars", "pound", "pounds",
})  # fmt: skip
_INCLUDED = frozenset({
    "incl", "inkl", "including", "inclusive", "inklusive", "einschl", "compris", "inclus",
})  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_|-")


@lru_cache(maxsize=4096)
def label_of(text: str) -> Label:
    """The words of a label that count; a sum that includes its tax is called by its first words."""
    found: list[str] = []
    for token in tokens(text.replace("#", " no ")):
        if token in _INCLUDED and found:
            break
        if not token[0].isdigit() and token not in _SILENT:
            found.append("no" if token in _NUMBERS else token)
    return tuple(found)


def name_label(name: str) -> Label:
    """The label that a property's name spells, as in `invoiceNumber` or `invoice_number`."""
    return label_of(_CAMEL.sub(" ", name))


@lru_cache(maxsize=65536)
def agreement(label: Label, phrases: tuple[Label, ...]) -> float:
    """How well a label agrees with the best of the phrases: 1 the same words, 0 half or less."""
    return max((_shared(label, phrase) for phrase in phrases), default=0.0)


@lru_cache(maxsize=4096)
def roles_of(label: Label, scope: Scope) -> dict[str, float]:
    """Roles that documents give such a label, with how well it agrees, those above one half."""
    if not label:
        return {}
    found = {role: agreement(label, phrases) for role, phrases in _ROLES[scope].items()}
    return {role: score for role, score in found.items() if score > 0.5}


def phrases_of(role: str, scope: Scope) -> tuple[Label, ...]:
    """What documents call this role."""
    return _ROLES[scope].get(role, ())


def role_of(label: Label, scope: Scope) -> str | None:
    """The first role that is called exactly so."""
    return next((r for r, score in roles_of(label, scope).items() if score >= EXACT), None)


def _shared(a: Label, b: Label) -> float:
    """Words shared over words in all, where over half are; words nearly alike count nearly."""
    if 2 * min(len(a), len(b)) <= max(len(a), len(b)):
        return 0.0  # at best one half
    left = list(b)
    alike = 0.0
    for word in a:
        found, best = max(((_likeness(word, other), other) for other in left), default=(0.0, ""))
        if found:
            alike += found
            left.remove(best)
    return alike / max(len(a) + len(left), 1)


@lru_cache(maxsize=65536)
def _likeness(a: str, b: str) -> float:
    """As `likeness` says; most pairs are told apart by their beginnings and lengths."""
    if a == b:
        return 1.0
    n_letters = min(len(a), len(b))
    if n_letters < 4 or (a[:4] != b[:4] and (n_letters < 5 or abs(len(a) - len(b)) > 1)):
        return 0.0
    return likeness(a, b)


def _labels(phrases: Sequence[str]) -> tuple[Label, ...]:
    return tuple(dict.fromkeys(label_of(phrase) for phrase in phrases))


_ROLES: dict[Scope, dict[str, tuple[Label, ...]]] = {
    scope: {role: _labels(phrases) for role, phrases in roles.items()}
    for scope, roles in PHRASES.items()
}
