"""Passages of a page: what can be quoted as one piece.

A passage is a sentence, a table line, or a small block of labels. It knows its context: the heading
above it and, in a table, the column header and the row group, which give its words their meaning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from answer.figures import MARGIN, Figure, read_figures
from answer.layout import Block, overlap, read_blocks, read_lines, readable, spell, union
from answer.sentences import MAX_WORDS, ends, read_sentences
from answer.tables import Cell, Row, read_row, read_titles
from index.records import Box, PageWords, Word

Kind = Literal["sentence", "row", "label", "title", "header", "figure"]

MAX_LABEL_WORDS = 40
MAX_HEADING_WORDS = 14
# A word and its number, then a mark: Table 8.12 -, Figure 4:, Abb. 3.
_CAPTION = re.compile(r"^\W*[^\W\d]{3,}\.?\s+(?:\d[\d.\-]*|[IVX]+)\s*[.:|\u2013\u2014-]\s*\S")
_DATE_PIECE = re.compile(r"^(?:(?:19|20)\d\d|\d{1,2},)$")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a page that make sense as one quote.

    Attributes:
        words: positions of the quoted words in reading order.
        context: positions of heading, row group and column header words.
        kind: how the words stand on the page; a `header` titles the columns of a table, whose lines
            bring its words with them.
        text: the words for people; a table line pairs its cells with the column header.
        cells: of a table line, or the labels that stand together.
        frame: the whole of what the words are part of, where they mean nothing outside of it.
    """

    words: tuple[int, ...]
    context: tuple[int, ...]
    kind: Kind
    text: str
    cells: tuple[Cell, ...] = ()
    frame: Box | None = None


def read_passages(page: PageWords) -> list[Passage]:
    """All passages of the page, in reading order."""
    words = page.words
    every = [block for block in read_blocks(read_lines(words)) if _has_text(words, block)]
    figures = read_figures(words, every)
    drawn = {n for figure in figures for n in figure.blocks}
    blocks = [block for n, block in enumerate(every) if n not in drawn]
    titles = read_titles(words, blocks)
    passages: list[Passage] = []
    heading: tuple[int, ...] = ()
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if block.is_tabular:
            row = read_row(words, blocks, position, titles.get(position))
            passages.append(_row(row, heading))
            position += row.n_more
        elif _is_heading(words, blocks, position):
            heading = block.words
        elif _is_fragment(words, block):
            run = _fragments(words, blocks, position)
            passages.append(_label(words, run, heading))
            position += len(run) - 1
        else:
            passages += [_sentence(words, s, heading) for s in read_sentences(words, block)]
            heading = _heading_after(passages[-1], heading)
        position += 1
    passages = _join_broken(words, passages) + _lone_headings(words, blocks, passages)
    heads = {i for passage in passages if passage.kind == "row" for i in passage.context}
    told = [_told(words, passage, heads) for passage in passages]
    return told + [one for figure in figures for one in _of_figure(words, blocks, figure)]


def _of_figure(words: Sequence[Word], blocks: Sequence[Block], figure: Figure) -> list[Passage]:
    """What the figure says: each label with its numbers, and the rest of its words."""
    heading = _heading_over(words, blocks, figure.box)
    rest = tuple(i for other in figure.others for i in other)
    context = tuple(dict.fromkeys((*heading, *figure.caption, *rest)))
    said = [
        Passage(pair, context, "figure", spell(words, pair), frame=figure.box)
        for pair in figure.pairs
    ]
    if rest:
        text = " \u00b7 ".join(spell(words, other) for other in figure.others)
        said.append(Passage(rest, (*heading, *figure.caption), "figure", text, frame=figure.box))
    return said


def _heading_over(words: Sequence[Word], blocks: Sequence[Block], box: Box) -> tuple[int, ...]:
    """The short text nearest above: the title of a chart or of the slide."""
    above = [b for b in blocks if b.box.bottom <= box.top and not b.is_tabular]
    nearest = max(above, key=lambda block: block.box.bottom, default=None)
    if (
        nearest is None
        or len(nearest.words) > MAX_HEADING_WORDS
        or ends(spell(words, nearest.words))
    ):
        return ()
    return nearest.words


def _told(words: Sequence[Word], passage: Passage, heads: set[int]) -> Passage:
    """The passage as what it is: one that only leads to others is a title or a header."""
    is_row = passage.kind == "row"
    if is_row and _names_nothing(words, passage):
        return _as(words, passage, "header")
    if heads.issuperset(passage.words) and not ends(words[passage.words[-1]].text):
        return _as(words, passage, "header" if is_row else "title")
    return _as(words, passage, "title") if _runs(words, passage) else passage


def _names_nothing(words: Sequence[Word], row: Passage) -> bool:
    """A table line of years or of pieces of dates: the foot of a column header."""
    return all(_DATE_PIECE.match(spell(words, cell.words)) for cell in row.cells)


def _runs(words: Sequence[Word], passage: Passage) -> bool:
    """A running head or foot in the margin of the page."""
    box = union(words[i].box for i in passage.words)
    in_margin = box.bottom < MARGIN or box.top > 1 - MARGIN
    return in_margin and len(passage.words) <= MAX_HEADING_WORDS


def _as(words: Sequence[Word], passage: Passage, kind: Kind) -> Passage:
    return Passage(passage.words, passage.context, kind, readable(words, passage.words))


def _has_text(words: Sequence[Word], block: Block) -> bool:
    return any(c.isalnum() for i in block.words for c in words[i].text)


def _is_heading(words: Sequence[Word], blocks: Sequence[Block], position: int) -> bool:
    """Short, no full stop, and followed below by something that is set smaller or longer."""
    block = blocks[position]
    text = spell(words, block.words)
    if len(block.words) > MAX_HEADING_WORDS or ends(text) or position + 1 == len(blocks):
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
    return len(block.words) <= 6 and not ends(spell(words, block.words))


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
    return Passage(members, heading, "label", text, tuple(Cell(block.words) for block in run))


def _lone_headings(
    words: Sequence[Word], blocks: Sequence[Block], passages: Sequence[Passage]
) -> list[Passage]:
    """Headings are quoted as well: a title may be the answer."""
    quoted = {i for passage in passages for i in passage.words}
    return [
        Passage(block.words, (), "title", spell(words, block.words))
        for block in blocks
        if not quoted.intersection(block.words)
    ]


def _sentence(words: Sequence[Word], members: tuple[int, ...], heading: tuple[int, ...]) -> Passage:
    kind: Kind = "title" if _is_title(words, members) else "sentence"
    return Passage(members, heading, kind, readable(words, members))


def _is_title(words: Sequence[Word], members: Sequence[int]) -> bool:
    """A caption, a line in capitals, or words that only lead up to what follows."""
    text = spell(words, members)
    in_capitals = text.isupper() and len(members) > 3
    return in_capitals or text.endswith(":") or bool(_CAPTION.match(text))


def _heading_after(last: Passage, heading: tuple[int, ...]) -> tuple[int, ...]:
    """A caption or a sentence that ends in a colon is the heading of what follows."""
    return last.words if last.kind == "title" else heading


def _join_broken(words: Sequence[Word], passages: Sequence[Passage]) -> list[Passage]:
    """A sentence that goes on in the next column or below a figure is one sentence."""
    joined: list[Passage] = []
    for passage in passages:
        if joined and _is_broken(words, joined[-1], passage):
            members = joined[-1].words + passage.words
            text = readable(words, members)
            joined[-1] = Passage(members, joined[-1].context, "sentence", text)
        else:
            joined.append(passage)
    return joined


def _is_broken(words: Sequence[Word], first: Passage, second: Passage) -> bool:
    both = first.kind == second.kind == "sentence" and second.words[0] == first.words[-1] + 1
    short = len(first.words) + len(second.words) <= MAX_WORDS
    ended = ends(words[first.words[-1]].text)
    return both and short and not ended and words[second.words[0]].text[0].islower()


def _row(row: Row, heading: tuple[int, ...]) -> Passage:
    context = tuple(dict.fromkeys((*heading, *row.group, *row.header)))
    return Passage(row.words, context, "row", row.text, row.cells)
