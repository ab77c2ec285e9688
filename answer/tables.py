"""Table lines: the column header and the row group that give their cells a meaning."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from answer.columns import are_titles, nearest, span
from answer.layout import Block, Line, spell
from answer.sentences import ends
from index.records import Word

HEADER_REACH = 40  # lines above a table line in which its column header is looked for
MAX_HEADER_WORDS = 60
MAX_GROUP_WORDS = 14
MAX_CONTINUATIONS = 3
MAX_CONTINUED_WORDS = 15
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)")
_EMPTY_VALUES = frozenset({"-", "\u2013", "\u2014", "n/a", "N/A"})


@dataclass(frozen=True, slots=True)
class Cell:
    """Positions of a cell's words, and of the words that head its column."""

    words: tuple[int, ...]
    head: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What a table line says.

    Attributes:
        words: positions of its words, those below it that carry a cell on included.
        header: positions of the column header's words.
        group: positions of the words of the line that heads a group of rows.
        text: the line for people, each cell beside its column header where there is one.
        n_more: how many of the page's next blocks are part of it.
        cells: left to right.
    """

    words: tuple[int, ...]
    header: tuple[int, ...]
    group: tuple[int, ...]
    text: str
    n_more: int
    cells: tuple[Cell, ...] = ()


def read_titles(words: Sequence[Word], blocks: Sequence[Block]) -> dict[int, Line]:
    """The line that titles the columns, for the position of each table line that has one."""
    titles: dict[int, Line] = {}
    for table in _tables(words, blocks):
        (_, first), *below = table.items()
        if are_titles(words, first, [line for _, line in below]):
            titles |= {position: first for position, _ in below}
    return titles


def read_row(
    words: Sequence[Word], blocks: Sequence[Block], position: int, titles: Line | None = None
) -> Row:
    """Read the table line that is the block at this position of the page's blocks.

    Args:
        words: of the page.
        blocks: of the page.
        position: of the line's block.
        titles: the line that titles its columns, for where no other heads its values.
    """
    line, n_more = _whole_line(words, blocks, position)
    header = _header(words, blocks, position)
    text = _titled(words, line, titles) if titles and not header else _text(words, line, header)
    header = header or ([titles] if titles else [])
    group = _row_group(words, blocks, position)
    header_words = tuple(i for above in header for i in above.words)
    cells = tuple(_cell(words, header, cell) for cell in line.cells)
    return Row(line.words, header_words, group, text, n_more, cells)


def _tables(words: Sequence[Word], blocks: Sequence[Block]) -> Iterator[dict[int, Line]]:
    """Table lines that follow each other, whole, by the position of each one's first block."""
    table: dict[int, Line] = {}
    following = 0
    for position, block in enumerate(blocks):
        if position < following:
            continue
        if block.is_tabular:
            table[position], n_more = _whole_line(words, blocks, position)
            following = position + 1 + n_more
        elif table:
            yield table
            table = {}
    if table:
        yield table


def _cell(words: Sequence[Word], header: Sequence[Line], cell: tuple[int, ...]) -> Cell:
    heads = (nearest(words, line, cell) for line in header)
    return Cell(cell, tuple(i for head in heads if head for i in head))


def _whole_line(words: Sequence[Word], blocks: Sequence[Block], position: int) -> tuple[Line, int]:
    """The table line with what its cells go on to say below, and how many blocks that took."""
    line = blocks[position].lines[0]
    bottom = line.box.bottom
    for n_more, block in enumerate(blocks[position + 1 : position + 1 + MAX_CONTINUATIONS]):
        cell = _continued_cell(words, line, block, bottom)
        if cell is None:
            return line, n_more
        cells = [(*c, *block.words) if n == cell else c for n, c in enumerate(line.cells)]
        line, bottom = replace(line, cells=tuple(cells)), block.box.bottom
    return line, len(blocks[position + 1 : position + 1 + MAX_CONTINUATIONS])


def _continued_cell(words: Sequence[Word], line: Line, block: Block, bottom: float) -> int | None:
    """Which cell, but the first, the short block right below it carries on."""
    is_near = 0 < block.box.bottom - bottom < 2 * line.height * len(block.lines)
    if block.is_tabular or not is_near or len(block.words) > MAX_CONTINUED_WORDS:
        return None
    for n, cell in enumerate(line.cells[1:], start=1):
        if abs(span(words, cell)[0] - block.box.left) < line.height:
            return n
    return None


def _values(words: Sequence[Word], line: Line) -> list[tuple[int, ...]]:
    return [cell for cell in line.cells if _is_value(spell(words, cell))]


def _is_value(text: str) -> bool:
    """A number with at most a unit; a year heads a column and is none."""
    starts_with_letter = text[:1].isalpha()
    n_letters = sum(c.isalpha() for c in text)
    is_number = any(c.isdigit() for c in text) and not starts_with_letter and n_letters <= 3
    return (is_number and not _YEAR.search(text)) or text in _EMPTY_VALUES


def _header(words: Sequence[Word], blocks: Sequence[Block], position: int) -> list[Line]:
    """The nearest line above whose cells head the columns, and a second header line above it."""
    line = blocks[position].lines[0]
    if not _values(words, line):
        return []
    found: list[Line] = []
    for n in range(position - 1, max(0, position - HEADER_REACH) - 1, -1):
        block = blocks[n]
        if len(block.words) > MAX_HEADER_WORDS:
            break
        fits = block.is_tabular and _heads(words, block.lines[0], line)
        fits = fits and not _is_inner(blocks, n, line)
        if fits:
            found.insert(0, block.lines[0])
        if found and (not fits or len(found) == 2):
            break
    return found


def _is_inner(blocks: Sequence[Block], n: int, line: Line) -> bool:
    """A line of the table's body: it starts where the other lines do, the one above it too."""
    before = [
        block.lines[0] for block in blocks[max(0, n - MAX_CONTINUATIONS) : n] if block.is_tabular
    ]
    if not before:
        return False
    one, above = blocks[n].lines[0], before[-1]
    lefts = (one.box.left, above.box.left, line.box.left)
    return max(lefts) - min(lefts) < 0.5 * line.height and len(one.cells) == len(above.cells)


def _heads(words: Sequence[Word], header: Line, line: Line) -> bool:
    """No values in it, and a cell above at least half of the line's values.

    A line of two cells is more often a name and its value than a header.
    """
    if header.box.bottom > line.box.bottom or _values(words, header):
        return False
    if len(header.cells) == 2 and span(words, header.cells[0])[0] < _label_end(words, line):
        return False
    values = _values(words, line)
    headed = sum(nearest(words, header, cell) is not None for cell in values)
    return headed >= 0.5 * len(values)


def _label_end(words: Sequence[Word], line: Line) -> float:
    return span(words, line.cells[0])[1]


def _row_group(words: Sequence[Word], blocks: Sequence[Block], position: int) -> tuple[int, ...]:
    """The nearest line of one cell above, inside the table: what a group of rows is about."""
    line = blocks[position].lines[0]
    for above in reversed(blocks[max(0, position - HEADER_REACH) : position]):
        if not above.is_tabular:
            short = len(above.words) <= MAX_GROUP_WORDS
            left = abs(above.box.left - line.box.left) < 0.2
            heads = short and left and not ends(spell(words, above.words))
            return above.words if heads and _has_letters(words, above) else ()
    return ()


def _has_letters(words: Sequence[Word], block: Block) -> bool:
    return any(c.isalpha() for i in block.words for c in words[i].text)


def _text(words: Sequence[Word], line: Line, header: Sequence[Line]) -> str:
    cells = [spell(words, cell) for cell in line.cells]
    heads = [_head_text(words, header, cell) for cell in line.cells[1:]]
    if not header or len(set(heads)) < len(heads) or not all(heads):
        return " | ".join(cells)
    pairs = ", ".join(f"{head} {cell}" for head, cell in zip(heads, cells[1:], strict=True))
    return f"{cells[0].rstrip(' :')}: {pairs}"


def _titled(words: Sequence[Word], line: Line, titles: Line) -> str:
    """Each cell after its column's title; cells of words have commas of their own."""
    heads = [spell(words, nearest(words, titles, cell) or ()) for cell in line.cells]
    return "; ".join(
        f"{head.rstrip(' :')}: {spell(words, cell)}"
        for head, cell in zip(heads, line.cells, strict=True)
    )


def _head_text(words: Sequence[Word], header: Sequence[Line], cell: Sequence[int]) -> str:
    found = (nearest(words, line, cell) for line in header)
    return " ".join(spell(words, head) for head in found if head)
