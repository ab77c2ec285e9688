"""Quotes found again on their page: which words they are, and the box around them.

Page and quote are compared as runs of letters and digits, so line ends, hyphens and spacing do not
matter, and ligatures read as their letters. A quote may differ by a few characters, as OCR does
(approximate substring matching, Sellers 1980), but never in a number or a word that denies. One
with an ellipsis in it is found piece by piece.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answer.answers import Citation, EvidencePage
from answer.layout import overlap, union
from answer.terms import tokens
from index.records import Box, Word

TOLERANCE = 0.1  # of the quote's characters may differ
MAX_QUOTE_CHARACTERS = 1000
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:\u2026|\.{3})[\])]?\s*")
_DENIALS_TEXT = """
not no never none without nicht kein keine keinen keiner keinem nie ohne ne pas jamais sans aucun
aucune nunca sin ningun ninguna"""
_DENIALS = frozenset(_DENIALS_TEXT.split())


@dataclass(frozen=True, slots=True)
class _Script:
    """Letters and digits of a page, and for each the position of its word."""

    text: str
    owner: tuple[int, ...]
    starts: frozenset[int]


def find_quote(
    quote: str, words: Sequence[Word], *, near: Sequence[Box] = ()
) -> tuple[int, ...] | None:
    """Positions of the words that the quote repeats, or None when the page does not hold it.

    Args:
        quote: words said to stand on the page.
        words: all the words of the page.
        near: boxes; of several places that hold the quote, the one with most words in them is
            taken, the first when none has.
    """
    script = _script(words)
    whole = _place(quote[:MAX_QUOTE_CHARACTERS], words, script, near)
    pieces = _ELLIPSIS.split(quote[:MAX_QUOTE_CHARACTERS])
    if whole is not None or len(pieces) < 2 or any(len(tokens(p)) < 2 for p in pieces):
        return whole
    places = [_place(piece, words, script, near) for piece in pieces]
    found = [place for place in places if place is not None]
    return (
        tuple(sorted({i for place in found for i in place})) if len(found) == len(places) else None
    )


def cite(page: EvidencePage, positions: Sequence[int], frame: Box | None = None) -> Citation:
    """A citation of the words at these positions of the page; there must be one at least.

    Its box is the frame where one is given: what the words are part of, and mean nothing without.
    """
    words = page.words.words
    quote = " ".join(words[i].text for i in positions)
    box = frame or box_of(words, positions)
    return Citation(page.document, page.name, page.page, box, quote, flags=page.words.flags)


def box_of(words: Sequence[Word], positions: Sequence[int]) -> Box:
    """Box around the words; where they run over columns, around the one that holds most."""
    columns: list[list[int]] = [[positions[0]]]
    for before, after in pairwise(positions):
        if _changes_column(words[before].box, words[after].box, _box(words, columns[-1])):
            columns.append([after])
        else:
            columns[-1].append(after)
    return _box(words, max(columns, key=len))


def _box(words: Sequence[Word], positions: Sequence[int]) -> Box:
    return union(words[i].box for i in positions)


def _changes_column(before: Box, after: Box, column: Box) -> bool:
    """The next word stands higher than the line before it, beside everything so far."""
    climbs = after.bottom < before.top
    return climbs and overlap(after, column) == 0


def _script(words: Sequence[Word]) -> _Script:
    text: list[str] = []
    owner: list[int] = []
    starts: set[int] = set()
    for position, word in enumerate(words):
        for token in _spelled(word.text):
            starts.add(len(owner))
            text.append(token)
            owner += [position] * len(token)
    return _Script("".join(text), tuple(owner), frozenset(starts))


def _spelled(text: str) -> list[str]:
    """Tokens with numbers fenced, so that 1 and 1 never read as 11."""
    return [f"#{token}#" if token[0].isdigit() else token for token in tokens(text)]


def _place(
    quote: str, words: Sequence[Word], script: _Script, near: Sequence[Box]
) -> tuple[int, ...] | None:
    """Where the words of one unbroken quote stand."""
    wanted = "".join(_spelled(quote))
    if not wanted or not script.text:
        return None
    exact = [_positions(script, span) for span in _exact(script, wanted)]
    if exact:
        return max(exact, key=lambda positions: _n_inside(words, positions, near))
    span = _nearly(script, wanted)
    if span is None:
        return None
    positions = _positions(script, span)
    return positions if _agree(quote, words, positions) else None


def _positions(script: _Script, span: tuple[int, int]) -> tuple[int, ...]:
    return tuple(range(script.owner[span[0]], script.owner[span[1] - 1] + 1))


def _n_inside(words: Sequence[Word], positions: Sequence[int], near: Sequence[Box]) -> int:
    """How many of the words have their centre in one of the boxes."""
    centres = ((sum(words[i].box[::2]) / 2, sum(words[i].box[1::2]) / 2) for i in positions)
    return sum(
        any(b.left <= x <= b.right and b.top <= y <= b.bottom for b in near) for x, y in centres
    )


def _exact(script: _Script, wanted: str) -> Iterator[tuple[int, int]]:
    """Places where the quote stands from the start of a word to the end of one."""
    start = script.text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if start in script.starts and (end in script.starts or end == len(script.text)):
            yield start, end
        start = script.text.find(wanted, start + 1)


def _nearly(script: _Script, wanted: str) -> tuple[int, int] | None:
    """The place that differs least from the quote, when that is little enough."""
    allowed = int(TOLERANCE * len(wanted))
    if allowed == 0:
        return None
    costs = _substring_costs(wanted, script.text)
    end = int(costs.argmin())
    if costs[end] > allowed:
        return None
    backwards = _substring_costs(wanted[::-1], script.text[:end][::-1])
    length = int(backwards.argmin())
    return end - length, end


def _substring_costs(wanted: str, text: str) -> NDArray[np.int32]:
    """`(len(text) + 1,)`: least edits that turn `wanted` into a piece of the text ending there."""
    letters = np.array([ord(c) for c in text], np.int32)
    ramp = np.arange(len(text) + 1, dtype=np.int32)
    costs = np.zeros(len(text) + 1, np.int32)
    for row, letter in enumerate(wanted, start=1):
        best = costs + 1
        best[0] = row
        best[1:] = np.minimum(best[1:], costs[:-1] + (letters != ord(letter)))
        costs = np.minimum.accumulate(best - ramp) + ramp
    return costs


def _agree(quote: str, words: Sequence[Word], positions: Sequence[int]) -> bool:
    """All numbers of the quote stand there, and what denies stands in both or in neither."""
    said = tokens(quote)
    found = {token for i in positions for token in tokens(words[i].text)}
    numbers = {token for token in said if token[0].isdigit()}
    return numbers <= found and _DENIALS & {*said} == _DENIALS & found
