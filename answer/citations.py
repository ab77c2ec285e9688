"""Quotes found again on their page: which words they are, and the box around them.

Page and quote are compared as runs of letters and digits, so line ends, hyphens and spacing do not
matter. A quote may differ by a few characters, as OCR does (approximate substring matching, Sellers
1980), but never in a number.
"""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class _Script:
    """Letters and digits of a page, and for each the position of its word."""

    text: str
    owner: tuple[int, ...]
    starts: frozenset[int]


def find_quote(quote: str, words: Sequence[Word]) -> tuple[int, ...] | None:
    """Positions of the words that the quote repeats, or None when the page does not hold it."""
    wanted = "".join(_spelled(quote[:MAX_QUOTE_CHARACTERS]))
    script = _script(words)
    if not wanted or not script.text:
        return None
    span = _exact(script, wanted) or _nearly(script, wanted)
    if span is None:
        return None
    positions = tuple(range(script.owner[span[0]], script.owner[span[1] - 1] + 1))
    return positions if _numbers_agree(quote, words, positions) else None


def cite(page: EvidencePage, positions: Sequence[int]) -> Citation:
    """A citation of the words at these positions of the page; there must be one at least."""
    words = page.words.words
    quote = " ".join(words[i].text for i in positions)
    box = box_of(words, positions)
    return Citation(page.document, page.name, page.page, box, quote, page.words.flags)


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


def _exact(script: _Script, wanted: str) -> tuple[int, int] | None:
    """First place where the quote stands from the start of a word to the end of one."""
    start = script.text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if start in script.starts and (end in script.starts or end == len(script.text)):
            return start, end
        start = script.text.find(wanted, start + 1)
    return None


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


def _numbers_agree(quote: str, words: Sequence[Word], positions: Sequence[int]) -> bool:
    found = {token for i in positions for token in tokens(words[i].text)}
    return all(token in found for token in tokens(quote) if token[0].isdigit())
