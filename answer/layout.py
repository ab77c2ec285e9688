"""Lines, cells and blocks of a page, from word boxes alone.

A line is split into cells at wide gaps. Lines that stand under each other in one column, at one
pitch and of one height, make a block; lines of several cells stay apart as table lines.
Distances are measured in character widths and line heights, so page size and aspect do not matter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from index.records import Box, Word

CELL_GAP = 2.0  # character widths; a space is about half of one, a justified one rarely two
SAME_PITCH = 1.4  # of the page's usual line pitch
SAME_HEIGHT = 1.4
COMMON_PITCH = 1.4  # line heights, where a page has too few lines to tell
MAX_PITCH = 3.0  # line heights: double spacing still holds a paragraph together
PROSE_CELL_WORDS = 4
_MARKER = re.compile(r"^(?:[^\w\s$€£¥₩]|o|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])$")
BULLETS = frozenset("•●○▪■◦‣·*–—-✓➢❖►")  # noqa: RUF001 dashes that open list items


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one visual line inside one column.

    Attributes:
        cells: word positions, grouped at wide gaps, left to right as read.
        box: union of the words' boxes.
        height: of a usual word of the line, as a fraction of the page.
        bottom: where usual words of the line end; a word broken over two lines does not move it.
        text: the words, joined by spaces.
    """

    cells: tuple[tuple[int, ...], ...]
    box: Box
    height: float
    bottom: float
    text: str

    @property
    def words(self) -> tuple[int, ...]:
        """Positions of all words, in reading order."""
        return tuple(i for cell in self.cells for i in cell)

    @property
    def is_tabular(self) -> bool:
        """More than one cell."""
        return len(self.cells) > 1


@dataclass(slots=True)
class Block:
    """Lines that read on from each other; a table line is a block of its own."""

    lines: list[Line] = field(default_factory=list)

    @property
    def words(self) -> tuple[int, ...]:
        """Positions of all words, in reading order."""
        return tuple(i for line in self.lines for i in line.words)

    @property
    def box(self) -> Box:
        """Union of the lines' boxes."""
        return union(line.box for line in self.lines)

    @property
    def is_tabular(self) -> bool:
        """One table line."""
        return self.lines[0].is_tabular


def union(boxes: Iterable[Box]) -> Box:
    """Smallest box around all boxes; there must be one at least."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return Box(min(left), min(top), max(right), max(bottom))


def overlap(a: Box, b: Box) -> float:
    """Share of the narrower box's width that both boxes cover, 0 to 1."""
    common = min(a.right, b.right) - max(a.left, b.left)
    narrower = min(a.right - a.left, b.right - b.left)
    return max(common, 0.0) / max(narrower, 1e-4)


def spell(words: Sequence[Word], positions: Sequence[int]) -> str:
    """The words at these positions, joined by spaces."""
    return " ".join(words[i].text for i in positions)


def readable(words: Sequence[Word], positions: Sequence[int]) -> str:
    """The words for people: a word broken at a line end is whole again."""
    text = ""
    for before, after in pairwise(positions):
        is_broken = words[before].text.endswith("-") and words[after].text[0].islower()
        is_line_end = words[before].line != words[after].line
        text += words[before].text[:-1] if is_broken and is_line_end else words[before].text + " "
    return text + words[positions[-1]].text


def read_lines(words: Sequence[Word]) -> list[Line]:
    """Lines of the page in reading order; columns that share a line number are taken apart."""
    lines: list[Line] = []
    for _, group in groupby(range(len(words)), key=lambda i: words[i].line):
        cells = _cells(words, list(group))
        if _is_column_row(words, cells):
            lines += [_line(words, [cell]) for cell in cells]
        else:
            lines.append(_line(words, cells))
    return lines


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """Group lines into blocks, in order of their first line."""
    usual = _usual_pitch(lines)
    blocks: list[Block] = []
    for line in lines:
        home = _block_above(blocks, line, usual)
        if home is None or (line.is_tabular and not _is_gapped_prose(home, line)):
            blocks.append(Block([line]))
        else:
            home.lines.append(line)
    return blocks


def _line(words: Sequence[Word], cells: Sequence[Sequence[int]]) -> Line:
    members = [words[i] for cell in cells for i in cell]
    return Line(
        tuple(tuple(cell) for cell in cells),
        union(word.box for word in members),
        max(median(word.box.bottom - word.box.top for word in members), 1e-4),
        median(word.box.bottom for word in members),
        " ".join(word.text for word in members),
    )


def _cells(words: Sequence[Word], members: Sequence[int]) -> list[list[int]]:
    widths = [words[i].box.right - words[i].box.left for i in members]
    character = sum(widths) / max(sum(len(words[i].text) for i in members), 1)
    cells = [[members[0]]]
    for before, after in pairwise(members):
        if _gap(words[before].box, words[after].box) > CELL_GAP * character:
            cells.append([after])
        else:
            cells[-1].append(after)
    return _join_marker(words, _join_symbols(words, cells))


def _gap(a: Box, b: Box) -> float:
    return max(b.left - a.right, a.left - b.right)


def _join_symbols(words: Sequence[Word], cells: list[list[int]]) -> list[list[int]]:
    """A lone currency sign belongs to the number after it, a lone % to the one before."""
    joined: list[list[int]] = []
    opening = False
    for cell in cells:
        text = "".join(words[i].text for i in cell)
        closing = len(text) == 1 and text in ")%"
        if joined and (opening or closing):
            joined[-1].extend(cell)
        else:
            joined.append(list(cell))
        opening = len(text) <= 2 and bool(text) and all(c in "$€£¥₩(•" for c in text)
    return joined


def _join_marker(words: Sequence[Word], cells: list[list[int]]) -> list[list[int]]:
    """A bullet or number that hangs before the text of a list item belongs to it."""
    is_marked = len(cells) > 1 and len(cells[0]) == 1
    if not is_marked or not _MARKER.match(words[cells[0][0]].text):
        return cells
    is_item = len(cells) == 2 and any(c.isalpha() for i in cells[1] for c in words[i].text)
    is_bullet = not any(c.isdigit() for c in words[cells[0][0]].text)
    return [cells[0] + cells[1], *cells[2:]] if is_item or is_bullet else cells


def _is_column_row(words: Sequence[Word], cells: Sequence[Sequence[int]]) -> bool:
    return len(cells) > 1 and all(_is_prose(words, cell) for cell in cells)


def _is_prose(words: Sequence[Word], cell: Sequence[int]) -> bool:
    alphabetic = sum(any(c.isalpha() for c in words[i].text) for i in cell)
    return len(cell) >= PROSE_CELL_WORDS and alphabetic >= 0.7 * len(cell)


def _usual_pitch(lines: Sequence[Line]) -> float:
    """The page's most usual distance from line to line, in line heights."""
    pitches = [
        (below.bottom - above.bottom) / above.height
        for above, below in pairwise(lines)
        if 0 < below.bottom - above.bottom < MAX_PITCH * above.height
        and overlap(above.box, below.box) > 0.5
    ]
    return median(pitches) if len(pitches) > 3 else COMMON_PITCH


def _block_above(blocks: Sequence[Block], line: Line, usual: float) -> Block | None:
    """The latest of the last blocks that the line carries on."""
    for block in reversed(blocks[-6:]):
        if not block.is_tabular and _carries_on(block, line, usual):
            return block
    return None


def _is_gapped_prose(block: Block, line: Line) -> bool:
    """A line of a paragraph, as wide as the one above, with one gap that justification left."""
    above = block.lines[-1]
    is_flush = abs(above.box.left - line.box.left) < line.height
    is_wide = line.box.right - line.box.left < 1.1 * (above.box.right - above.box.left)
    is_wordy = len(line.cells) == 2 and max(len(cell) for cell in line.cells) > PROSE_CELL_WORDS
    return is_flush and is_wide and is_wordy


def _carries_on(block: Block, line: Line, usual: float) -> bool:
    above = block.lines[-1]
    pitch = (line.bottom - above.bottom) / above.height
    heights = sorted((above.height, line.height))
    return (
        0.3 < pitch < min(SAME_PITCH * usual, MAX_PITCH)
        and overlap(above.box, line.box) > 0.3
        and heights[1] / heights[0] < SAME_HEIGHT
        and line.text[0] not in BULLETS
        and not _starts_paragraph(block, above, line)
    )


def _is_heading(block: Block, above: Line, line: Line) -> bool:
    """A single line, much shorter than the one below, which starts anew."""
    is_shorter = above.box.right < line.box.left + 0.6 * (line.box.right - line.box.left)
    return len(block.lines) == 1 and is_shorter and line.text[0].isupper()


def _starts_paragraph(block: Block, above: Line, line: Line) -> bool:
    """The line above is a heading or ended a sentence early, or this one is indented after one."""
    if _is_heading(block, above, line):
        return True
    if above.text[-1] not in ".!?:。！？؟":  # noqa: RUF001 full-width marks are meant
        return False
    width = max(block.box.right - block.box.left, 1e-4)
    ended_early = above.box.right < block.box.right - 0.15 * width
    indented = line.box.left > above.box.left + 1.5 * width / max(len(above.text), 1)
    return ended_early or (indented and len(block.lines) > 1)
