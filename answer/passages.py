"""Passages of a page: what can be quoted as one piece.

A passage is a sentence, a table line, or a small block of labels. It knows its context: the heading
above it and, in a table, the column header and the row group, which give its words their meaning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from answer.layout import Block, Line, overlap, read_blocks, read_lines, spell
from answer.tables import read_row
from index.records import PageWords, Word

Kind = Literal["sentence", "row", "label"]

MAX_WORDS = 80
MAX_LABEL_WORDS = 40
MAX_HEADING_WORDS = 14
_END = re.compile(r"[.!?\u3002\uff01\uff1f\u061f\u06d4\u2026][\"'\u201d\u2019\u00bb)\]]*$")
_ABBREVIATION = re.compile(
    r"^\W*(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]?|mr|mrs|ms|dr|prof|st|no|nos|nr|fig|figs|vs|cf|ca|approx|"
    r"inc|ltd|corp|co|jr|sr|dept|est|vol|pp|art|sec|eq|al|etc|e\.g|i\.e|bzw|z\.b|d\.h|usw|str|abs|"
    r"m|mme|mlle|av|bd|p\.ex|sra|srta|sr|ud|dhr|mevr|mw|bijv|jan|feb|mar|apr|jun|jul|aug|sept?|oct|"
    r"nov|dec)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a page that make sense as one quote.

    Attributes:
        words: positions of the quoted words in reading order.
        context: positions of heading, row group and column header words.
        kind: how the words stand on the page.
        text: the words for people; a table line pairs its cells with the column header.
    """

    words: tuple[int, ...]
    context: tuple[int, ...]
    kind: Kind
    text: str


def read_passages(page: PageWords) -> list[Passage]:
    """All passages of the page, in reading order."""
    words = page.words
    blocks = [block for block in read_blocks(read_lines(words)) if _has_text(words, block)]
    passages: list[Passage] = []
    heading: tuple[int, ...] = ()
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if block.is_tabular:
            passages.append(_row(words, blocks, position, heading))
        elif _is_heading(words, blocks, position):
            heading = block.words
        elif _is_fragment(words, block):
            run = _fragments(words, blocks, position)
            passages.append(_label(words, run, heading))
            position += len(run) - 1
        else:
            passages += _sentences(words, block, heading)
        position += 1
    return _join_broken(words, passages) + _lone_headings(words, blocks, passages)


def _has_text(words: Sequence[Word], block: Block) -> bool:
    return any(c.isalnum() for i in block.words for c in words[i].text)


def _is_heading(words: Sequence[Word], blocks: Sequence[Block], position: int) -> bool:
    """Short, no full stop, and followed below by something that is set smaller or longer."""
    block = blocks[position]
    text = spell(words, block.words)
    if len(block.words) > MAX_HEADING_WORDS or _END.search(text) or position + 1 == len(blocks):
        return False
    if not any(c.isalpha() for c in text):
        return False
    below = blocks[position + 1]
    is_above = below.box.top >= block.box.top and overlap(below.box, block.box) > 0.3
    smaller = below.lines[0].height < 0.9 * block.lines[-1].height
    longer = len(below.words) > 2 * len(block.words) or below.is_tabular
    return is_above and (smaller or longer or text.endswith(":"))


def _is_fragment(words: Sequence[Word], block: Block) -> bool:
    """Too short for a sentence: a label, a number in a chart, an entry of a form."""
    return len(block.words) <= 6 and not _END.search(spell(words, block.words))


def _fragments(words: Sequence[Word], blocks: Sequence[Block], position: int) -> list[Block]:
    """The fragments from here on that stand close to each other, as far as one label reaches."""
    run = [blocks[position]]
    for block in blocks[position + 1 :]:
        near = block.box.top - run[-1].box.bottom < 2.5 * max(
            block.lines[0].height, run[-1].lines[0].height
        )
        total = sum(len(member.words) for member in run) + len(block.words)
        if (
            block.is_tabular
            or not _is_fragment(words, block)
            or not near
            or total > MAX_LABEL_WORDS
        ):
            break
        if block.box.bottom < run[-1].box.top:
            break
        run.append(block)
    return run


def _label(words: Sequence[Word], run: Sequence[Block], heading: tuple[int, ...]) -> Passage:
    members = tuple(i for block in run for i in block.words)
    text = " · ".join(spell(words, block.words) for block in run)
    return Passage(members, heading, "label", text)


def _lone_headings(
    words: Sequence[Word], blocks: Sequence[Block], passages: Sequence[Passage]
) -> list[Passage]:
    """Headings are quoted as well: a title may be the answer."""
    quoted = {i for passage in passages for i in passage.words}
    return [
        Passage(block.words, (), "label", spell(words, block.words))
        for block in blocks
        if not quoted.intersection(block.words)
    ]


def _sentences(words: Sequence[Word], block: Block, heading: tuple[int, ...]) -> list[Passage]:
    pieces: list[list[int]] = [[]]
    for before, after in pairwise((*block.words, None)):
        assert before is not None  # noqa: S101 only the last of the pair can be the end mark
        pieces[-1].append(before)
        if after is not None and _ends_sentence(words[before].text, words[after].text):
            pieces.append([])
    whole = [
        piece for long in _merge_short(words, pieces) for piece in _split_long(block.lines, long)
    ]
    return [Passage(tuple(p), heading, "sentence", spell(words, p)) for p in whole]


def _ends_sentence(word: str, following: str) -> bool:
    if not _END.search(word) or _ABBREVIATION.match(word):
        return False
    first = next((c for c in following if c.isalnum()), "")
    return not first.islower()


def _merge_short(words: Sequence[Word], pieces: Sequence[list[int]]) -> list[list[int]]:
    """A numbering or an exclamation of one or two words stays with what follows or precedes."""
    merged: list[list[int]] = []
    for piece in pieces:
        if merged and (_is_short(words, piece) or _is_short(words, merged[-1])):
            merged[-1] += piece
        else:
            merged.append(list(piece))
    return merged


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


def _join_broken(words: Sequence[Word], passages: Sequence[Passage]) -> list[Passage]:
    """A sentence that goes on in the next column or below a figure is one sentence."""
    joined: list[Passage] = []
    for passage in passages:
        if joined and _is_broken(words, joined[-1], passage):
            members = joined[-1].words + passage.words
            text = spell(words, members)
            joined[-1] = Passage(members, joined[-1].context, "sentence", text)
        else:
            joined.append(passage)
    return joined


def _is_broken(words: Sequence[Word], first: Passage, second: Passage) -> bool:
    both = first.kind == second.kind == "sentence"
    short = len(first.words) + len(second.words) <= MAX_WORDS
    ended = _END.search(words[first.words[-1]].text)
    return both and short and not ended and words[second.words[0]].text[0].islower()


def _row(
    words: Sequence[Word], blocks: Sequence[Block], position: int, heading: tuple[int, ...]
) -> Passage:
    row = read_row(words, blocks, position)
    context = tuple(dict.fromkeys((*heading, *row.group, *row.header)))
    return Passage(blocks[position].words, context, "row", row.text)
