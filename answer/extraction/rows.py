"""Table rows: a header whose cells name columns, and the lines below it cut at these columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from answer.extraction.amounts import read_amount
from answer.extraction.grid import Cell, Grid, Row, make_cell, misalignment
from answer.extraction.heads import Head, find_header
from answer.extraction.labels import agreement, label_of, role_of
from answer.extraction.values import Habits, Reading, read_value
from answer.extraction.vocabulary import CARRIED, SUMMARY
from answer.extraction.wanted import WantedField, WantedTable
from answer.layout import union
from index.records import Box

MIN_AGREEMENT = 0.6
MAX_BREAK = 6.0  # line heights without a row, after which the table has ended
MAX_WRAP = 1.0  # line heights between a row and the line that carries its text on


@dataclass(slots=True)
class TableLine:
    """A row of a table: for each column the positions of its words, and where the row stands."""

    cells: dict[int, list[int]]
    box: Box


@dataclass(slots=True)
class PageTable:
    """A table of a page.

    Attributes:
        heads: its columns, left to right.
        lines: its rows.
        rows: numbers of the page's rows that it takes up, the header's too.
    """

    heads: tuple[Head, ...]
    lines: list[TableLine] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell of a row that a column asks for; `reading` is None when it cannot be read so."""

    reading: Reading | None
    words: tuple[int, ...]
    confidence: float


def find_tables(grid: Grid, wanted: Sequence[WantedTable], habits: Habits) -> list[PageTable]:
    """The tables of a page whose headers name columns that are asked for, or known ones."""
    own = [column for table in wanted for column in table.columns]
    tables: list[PageTable] = []
    row = 0
    while row < len(grid.rows):
        header = find_header(grid, row, own)
        if header is None:
            row += 1
            continue
        table = PageTable(header.heads, rows=set(range(header.start, header.end)))
        row = _fill(table, grid, header.end, habits)
        tables.append(table)
    return tables


def assign(table: WantedTable, found: PageTable) -> dict[str, tuple[int, float]]:
    """Which column of the page each wanted one is, with how well the names agree."""
    pairs = sorted(
        (-score, len(head.roles), n, column.path)
        for n, head in enumerate(found.heads)
        for column in table.columns
        if (score := agreement(head.label, column.labels)) >= MIN_AGREEMENT
    )
    chosen: dict[str, tuple[int, float]] = {}
    for score, _, n, path in pairs:
        if path not in chosen and n not in {taken for taken, _ in chosen.values()}:
            chosen[path] = (n, -score)
    return chosen


def fits(table: WantedTable, found: PageTable) -> bool:
    """Whether the page's table has two of the wanted columns at least, or the only one."""
    return len(assign(table, found)) >= min(2, len(table.columns))


def read_line(
    table: WantedTable,
    chosen: Mapping[str, tuple[int, float]],
    line: TableLine,
    grid: Grid,
    habits: Habits,
) -> dict[str, ReadCell]:
    """The cells of a row that the columns ask for and that are not empty.

    Args:
        table: what is asked for.
        chosen: which column of the page each wanted one is, as `assign` says.
        line: the row.
        grid: the page.
        habits: how the document writes.
    """
    cells: dict[str, ReadCell] = {}
    for column in table.columns:
        n, score = chosen.get(column.path, (-1, 0.0))
        words = tuple(line.cells.get(n, ()))
        if not words:
            continue
        reading = read_value([grid.words[i].text for i in words], column, habits)
        certainty = reading.certainty if reading else 0.0
        cells[column.path] = ReadCell(reading, _words(words, reading), score * certainty)
    return cells


def _words(words: tuple[int, ...], reading: Reading | None) -> tuple[int, ...]:
    return words if reading is None else words[reading.first : reading.end]


def _fill(table: PageTable, grid: Grid, start: int, habits: Habits) -> int:
    """Take the rows below the header in until the table ends; returns the row after it."""
    bottom = max(head.box.bottom for head in table.heads)
    for n in range(start, len(grid.rows)):
        row = grid.rows[n]
        gap = min(cell.box.top for cell in row) - bottom
        height = max(cell.height for cell in row)
        if gap > MAX_BREAK * height or _is_summary(row):
            return n
        if _is_carried(row):
            table.rows.add(n)
            continue
        cells = _cut(_spread(row, table.heads, grid), table.heads)
        if _is_line(cells, grid, habits):
            table.lines.append(TableLine(cells, union(cell.box for cell in row)))
        elif not (table.lines and gap < MAX_WRAP * height and _carries_on(table, cells)):
            continue
        table.rows.add(n)
        bottom = max(cell.box.bottom for cell in row)
    return len(grid.rows)


def _spread(row: Row, heads: Sequence[Head], grid: Grid) -> Row:
    """The row, with figures that stand close together apart, where columns are left over."""
    if len(row) >= len(heads):
        return row
    return tuple(part for cell in row for part in _figures(cell, grid))


def _figures(cell: Cell, grid: Grid) -> list[Cell]:
    """The cell's figures, where it holds nothing but several of them; else the cell."""
    ends, start = [0], 0
    while start < len(cell.texts):
        rest = " ".join(cell.texts[start:])
        found = read_amount(rest, None)
        if found is None:
            return [cell]
        start += rest[: found.end].rstrip().count(" ") + 1
        ends.append(start)
    return [make_cell(grid.words, cell.words[a:b], cell.row) for a, b in pairwise(ends)]


def _cut(row: Row, heads: Sequence[Head]) -> dict[int, list[int]]:
    """Word positions by column: each cell goes to the head that it is lined up with best."""
    cells: dict[int, list[int]] = {}
    for cell in row:
        n = min(range(len(heads)), key=lambda k: _distance(cell.box, heads[k].box))
        cells.setdefault(n, []).extend(cell.words)
    return cells


def _distance(cell: Box, head: Box) -> float:
    """Boxes that share no width count as a gap apart as well."""
    gap = max(cell.left - head.right, head.left - cell.right, 0.0)
    return misalignment(cell, head) + 2 * gap


def _is_line(cells: dict[int, list[int]], grid: Grid, habits: Habits) -> bool:
    """Two columns are filled, and one of them holds a number or date."""
    if len(cells) < 2:
        return False
    kinds = (WantedField("", "number", ()), WantedField("", "date", ()))
    return any(
        read_value([grid.words[i].text for i in words], kind, habits) is not None
        for words in cells.values()
        for kind in kinds
    )


def _carries_on(table: PageTable, cells: dict[int, list[int]]) -> bool:
    """Whether the line is text of one column of the row above; then it is added there."""
    if len(cells) != 1:
        return False
    ((n, words),) = cells.items()
    above = table.lines[-1].cells
    if n not in above:
        return False
    above[n].extend(words)
    return True


def _is_summary(row: Row) -> bool:
    """A line such as `Subtotal 1,366.00`: few cells, the first of words names a sum."""
    texts = [cell for cell in row if any(c.isalpha() for c in cell.text)]
    if not texts or len(row) > 4:
        return False
    return any(_names_sum(cell) for cell in texts[:2]) and len(texts) < 4


def _names_sum(cell: Cell) -> bool:
    label = label_of(cell.text.partition(":")[0])
    role = role_of(label, "single")
    return role in SUMMARY - {"shipping", "discount"}


def _is_carried(row: Row) -> bool:
    return any(label_of(cell.text)[:2] in CARRIED for cell in row)
