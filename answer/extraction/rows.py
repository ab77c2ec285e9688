"""Table rows: a header whose cells name columns, and the lines below it cut at these columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from answer.extraction.grid import Cell, Grid, Row, make_cell, misalignment
from answer.extraction.labels import EXACT, Label, agreement, label_of, role_of, roles_of
from answer.extraction.values import Habits, Reading, read_value
from answer.extraction.vocabulary import CARRIED, SUMMARY, TELLING_COLUMNS
from answer.extraction.wanted import WantedField, WantedTable
from answer.layout import overlap, union
from index.records import Box

MIN_AGREEMENT = 0.6
MAX_HEAD_WORDS = 4
MAX_BREAK = 6.0  # line heights without a row, after which the table has ended
MAX_WRAP = 1.0  # line heights between a row and the line that carries its text on
MAX_HEADER_PITCH = 1.2  # line heights between the lines of one header


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table: what names it and where that stands."""

    label: Label
    box: Box
    roles: frozenset[str]


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
        table, end = _header(grid, row, own)
        if table is None:
            row += 1
            continue
        row = _fill(table, grid, end, habits)
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


def _header(grid: Grid, row: int, own: Sequence[WantedField]) -> tuple[PageTable | None, int]:
    """The table that this row and perhaps the next one or two head, and the row after them."""
    best: tuple[int, PageTable | None, int] = (0, None, row)
    heads: list[Head] = []
    for end in range(row + 1, min(row + 4, len(grid.rows) + 1)):
        line = grid.rows[end - 1]
        if end > row + 1 and not _is_header_line(grid.rows[end - 2], line):
            break
        heads = _merged(heads, [head for cell in line for head in _heads(cell, grid, own)])
        n_known = sum(_is_known(head, own) for head in heads)
        if n_known > best[0] and _is_header(heads, own):
            table = PageTable(tuple(sorted(heads, key=lambda h: h.box.left)))
            table.rows.update(range(row, end))
            best = (n_known, table, end)
    return best[1], best[2]


def _is_header_line(above: Row, line: Row) -> bool:
    height = max(cell.height for cell in above)
    gap = min(cell.box.top for cell in line) - max(cell.box.bottom for cell in above)
    has_digits = any(c.isdigit() for cell in line for c in cell.text)
    return gap < MAX_HEADER_PITCH * height and not has_digits


def _is_header(heads: Sequence[Head], own: Sequence[WantedField]) -> bool:
    """Two columns at least that are known, one of which only tables of items have."""
    known = {min(head.roles) for head in heads if head.roles}
    telling = any(head.roles & TELLING_COLUMNS for head in heads)
    n_own = sum(any(agreement(head.label, [*c.labels]) >= EXACT for c in own) for head in heads)
    return len(heads) > 1 and ((len(known) > 1 and telling) or (n_own > 1 and len(heads) > 2))


def _is_known(head: Head, own: Sequence[WantedField]) -> bool:
    return bool(head.roles) or any(agreement(head.label, c.labels) >= EXACT for c in own)


def _heads(cell: Cell, grid: Grid, own: Sequence[WantedField]) -> Iterator[Head]:
    """The cell as a column's head; where it holds several known ones close together, each."""
    whole = _head(cell, own)
    if len(cell.words) == 1 or _is_known(whole, own):
        yield whole
        return
    parts, start = [], 0
    while start < len(cell.words):
        part = _longest_known(cell, start, grid, own)
        if part is None:
            yield whole
            return
        parts.append(part[0])
        start = part[1]
    yield from parts


def _longest_known(
    cell: Cell, start: int, grid: Grid, own: Sequence[WantedField]
) -> tuple[Head, int] | None:
    for end in range(min(len(cell.words), start + MAX_HEAD_WORDS), start, -1):
        head = _head(make_cell(grid.words, cell.words[start:end], cell.row), own)
        if _is_known(head, own):
            return head, end
    return None


def _head(cell: Cell, own: Sequence[WantedField]) -> Head:
    label = label_of(cell.text)
    roles = {role for role, score in roles_of(label, "column").items() if score >= EXACT}
    roles |= {c.path for c in own if agreement(label, c.labels) >= EXACT and not roles}
    return Head(label, cell.box, frozenset(roles))


def _merged(above: Sequence[Head], below: Sequence[Head]) -> list[Head]:
    """Heads of two lines: one that stands under another goes on with it."""
    heads = list(above)
    for head in below:
        over = [n for n, h in enumerate(heads) if overlap(h.box, head.box) > 0.3]
        if not over:
            heads.append(head)
            continue
        n = min(over, key=lambda k: misalignment(heads[k].box, head.box))
        label = (*heads[n].label, *head.label)
        roles = {r for r, score in roles_of(label, "column").items() if score >= EXACT}
        heads[n] = Head(label, union((heads[n].box, head.box)), frozenset(roles or heads[n].roles))
    return heads


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
        cells = _cut(row, table.heads)
        if _is_line(cells, grid, habits):
            table.lines.append(TableLine(cells, union(cell.box for cell in row)))
        elif not (table.lines and gap < MAX_WRAP * height and _carries_on(table, cells)):
            continue
        table.rows.add(n)
        bottom = max(cell.box.bottom for cell in row)
    return len(grid.rows)


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
