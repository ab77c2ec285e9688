"""Sentences of a block of lines, across line ends and in any script."""

import re
from collections.abc import Sequence
from itertools import pairwise

from answer.layout import Block, Line, spell
from index.records import Word

MAX_WORDS = 80
_END = re.compile(r"[.!?\u3002\uff01\uff1f\u061f\u06d4\u2026][\"'\u201d\u2019\u00bb)\]]*$")
_ABBREVIATION = re.compile(
    r"^\W*(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]?|mr|mrs|ms|dr|prof|st|no|nos|nr|fig|figs|vs|cf|ca|approx|"
    r"inc|ltd|corp|co|jr|sr|dept|est|vol|pp|art|sec|eq|al|etc|e\.g|i\.e|bzw|z\.b|d\.h|usw|str|abs|"
    r"m|mme|mlle|av|bd|p\.ex|sra|srta|sr|ud|dhr|mevr|mw|bijv|jan|feb|mar|apr|jun|jul|aug|sept?|oct|"
    r"nov|dec)\.$",
    re.IGNORECASE,
)

_LEAD = re.compile(r"^(?:[^\W\d]+\.?\s)?\(?(?:\d[\d.]*|[a-zA-Z]|[ivx]+)[.)]$", re.IGNORECASE)


def read_sentences(words: Sequence[Word], block: Block) -> list[tuple[int, ...]]:
    """Word positions of each sentence of the block; what never ends is cut at line ends."""
    pieces: list[list[int]] = [[block.words[0]]]
    for before, after in pairwise(block.words):
        if _ends_sentence(words[before].text, words[after].text):
            pieces.append([])
        pieces[-1].append(after)
    merged = _merge_short(words, pieces)
    return [tuple(part) for piece in merged for part in _split_long(block.lines, piece)]


def ends(text: str) -> bool:
    """Whether the text ends like a sentence."""
    return bool(_END.search(text))


def _ends_sentence(word: str, following: str) -> bool:
    if not _END.search(word) or _ABBREVIATION.match(word):
        return False
    first = next((c for c in following if c.isalnum()), "")
    return not first.islower()


def _merge_short(words: Sequence[Word], pieces: Sequence[list[int]]) -> list[list[int]]:
    """A numbering stays with what follows, an exclamation of a word or two with what precedes."""
    merged: list[list[int]] = []
    leads = False
    for piece in pieces:
        is_lead = _is_lead(words, piece)
        if merged and (leads or (_is_short(words, piece) and not is_lead)):
            merged[-1] += piece
        else:
            merged.append(list(piece))
        leads = is_lead or (len(merged) == 1 and _is_short(words, piece))
    return merged


def _is_lead(words: Sequence[Word], piece: Sequence[int]) -> bool:
    """A number, or a word and its number, that opens a list item, a caption or an entry."""
    return len(piece) <= 2 and bool(_LEAD.match(spell(words, piece)))


def _is_short(words: Sequence[Word], piece: Sequence[int]) -> bool:
    return len(piece) < 3 and len(spell(words, piece)) < 8


def _split_long(lines: Sequence[Line], piece: Sequence[int]) -> list[list[int]]:
    """Cut at line ends what is too long to quote."""
    if len(piece) <= MAX_WORDS:
        return [list(piece)]
    parts: list[list[int]] = [[]]
    ends = {line.words[-1] for line in lines}
    for i in piece:
        parts[-1].append(i)
        if i in ends and len(parts[-1]) >= MAX_WORDS // 2 and i != piece[-1]:
            parts.append([])
    return parts
