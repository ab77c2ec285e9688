"""A page as rows of cells by geometry alone, whatever order its words were read in.

Words that stand at one height make a row, wide gaps part it into cells. Widths are measured in
characters and heights in lines, so page size and aspect do not matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from answer.layout import union
from index.records import Box, Word

CELL_GAP = 1.7  # character widths; a space is about half of one
SAME_HEIGHT = 0.5  # of a usual word's height between the middles of words in one row
MIN_WIDTH = 0.1  # of the page: shorter lines do not show its slope
MIN_LINES = 4
_SIGNS = frozenset("$€£¥₩(+-\u2212")


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that stand close together in one row.

    Attributes:
        words: their positions on the page, left to right.
        texts: what they say.
        box: around them.
        row: number of the row, from 0 at the top.
        character: usual width of a character.
    """

    words: tuple[int, ...]
    texts: tuple[str, ...]
    box: Box
    row: int
    character: float

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(self.texts)

    @property
    def height(self) -> float:
        """Height of the box."""
        return max(self.box.bottom - self.box.top, 1e-4)


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a page, from the top, and its words as they were read."""

    words: tuple[Word, ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> list[Cell]:
        """All cells, from the top, left to right."""
        return [cell for row in self.rows for cell in row]


def read_grid(words: Sequence[Word]) -> Grid:
    """Arrange the words of a page."""
    rows = [_cells(words, members, n) for n, members in enumerate(_rows(words))]
    return Grid(tuple(words), tuple(rows))


def make_cell(words: Sequence[Word], members: Sequence[int], row: int) -> Cell:
    """A cell of these words."""
    n_characters = sum(len(words[i].text) for i in members)
    width = sum(words[i].box.right - words[i].box.left for i in members)
    return Cell(
        tuple(members),
        tuple(words[i].text for i in members),
        union(words[i].box for i in members),
        row,
        max(width / max(n_characters, 1), 1e-4),
    )


def misalignment(a: Box, b: Box) -> float:
    """How far apart the boxes' left edges, right edges or middles are, whichever are nearest."""
    left, right = b.left - a.left, b.right - a.right
    return min(abs(left), abs(right), abs(left + right) / 2)


def _rows(words: Sequence[Word]) -> Iterable[list[int]]:
    if not words:
        return []
    slope = _slope(words)
    levels = [_middle(word.box) - slope * word.box.left for word in words]
    order = sorted(range(len(words)), key=levels.__getitem__)
    usual = median(word.box.bottom - word.box.top for word in words)
    rows: list[list[int]] = [[order[0]]]
    for i in order[1:]:
        if levels[i] - median(levels[k] for k in rows[-1]) > SAME_HEIGHT * usual:
            rows.append([i])
        else:
            rows[-1].append(i)
    return rows


def _slope(words: Sequence[Word]) -> float:
    """How much lines fall from left to right, as scans do: the median over lines as read."""
    slopes = [
        (_middle(line[-1].box) - _middle(line[0].box)) / width
        for _, group in groupby(words, key=lambda word: word.line)
        if (line := list(group)) and (width := line[-1].box.left - line[0].box.left) > MIN_WIDTH
    ]
    return median(slopes) if len(slopes) >= MIN_LINES else 0.0


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _cells(words: Sequence[Word], members: Sequence[int], row: int) -> Row:
    ordered = sorted(members, key=lambda i: words[i].box.left)
    character = make_cell(words, ordered, row).character
    groups = [[ordered[0]]]
    for before, after in pairwise(ordered):
        gap = words[after].box.left - words[before].box.right
        if gap > CELL_GAP * character and not _is_sign(words[before].text):
            groups.append([after])
        else:
            groups[-1].append(after)
    return tuple(make_cell(words, group, row) for group in groups)


def _is_sign(text: str) -> bool:
    """A lone sign belongs to the number after it, however far off that stands."""
    return len(text) <= 2 and all(c in _SIGNS for c in text)
