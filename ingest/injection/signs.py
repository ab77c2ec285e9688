"""Where a text addresses a model: what the patterns find in it, plain or encoded."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.injection.patterns import PAIRS, STRONG, UNBROKEN, WEAK, Reason, Sign, compiled
from ingest.injection.plain import plain, without_digits

MOST_BESIDE = 8  # signs after one that it is held against
NEAR = 120  # characters between two weak signs that count together
_NAME_GAPS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.]+")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_STRONG = tuple((reason, compiled(pattern)) for reason, pattern in STRONG)
_UNBROKEN = tuple((reason, compiled(pattern)) for reason, pattern in UNBROKEN)
_WEAK = tuple((sign, compiled(pattern)) for sign, pattern in WEAK)


@dataclass(frozen=True, slots=True)
class Finding:
    """A place of a text that addresses a model, from `start` to before `end`, and why."""

    reason: Reason
    start: int
    end: int


def find(text: str) -> list[Finding]:
    """What addresses a model in the text, whose characters are counted as they are in `plain`."""
    found = [*_strong(text), *_pairs(text), *_unbroken(text)]
    spelled = without_digits(text)
    if spelled != text:
        found += [one for one in _strong(spelled) if one not in found]
    return found


def is_encoded_order(text: str) -> bool:
    """Whether a piece of the text is base64 of a text that addresses a model."""
    return any(find(plain(_decoded(piece))) for piece in _ENCODED.findall(text))


def name_reasons(name: str) -> tuple[Reason, ...]:
    """Why a file's name addresses a model; nothing where it does not."""
    spaced = _NAME_GAPS.sub(" ", name)
    return tuple(sorted({one.reason for one in find(plain(spaced))}))


def _strong(text: str) -> Iterator[Finding]:
    for reason, pattern in _STRONG:
        for match in pattern.finditer(text):
            yield Finding(reason, match.start(), match.end())


def _unbroken(text: str) -> Iterator[Finding]:
    places = [place for place, char in enumerate(text) if char.isalpha()]
    letters = "".join(text[place] for place in places)
    for reason, pattern in _UNBROKEN:
        for match in pattern.finditer(letters):
            yield Finding(reason, places[match.start()], places[match.end() - 1] + 1)


def _pairs(text: str) -> Iterator[Finding]:
    """Two weak signs that belong together, close to each other."""
    signs = sorted(
        (match.start(), match.end(), sign)
        for sign, pattern in _WEAK
        for match in pattern.finditer(text)
    )
    for place, (start, end, sign) in enumerate(signs):
        for begin, close, other in signs[place + 1 : place + 1 + MOST_BESIDE]:
            if end <= begin <= end + NEAR and _belong(sign, other):
                yield Finding("dictated", start, close)


def _belong(one: Sign, other: Sign) -> bool:
    return frozenset((one, other)) in PAIRS


def _decoded(piece: str) -> str:
    """The text that the piece is base64 of, or nothing."""
    whole = piece.rstrip("=")[: len(piece.rstrip("=")) // 4 * 4]
    try:
        text = base64.b64decode(whole, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""
