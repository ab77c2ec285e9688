"""The header of a table: lines whose cells name columns that are asked for, or known ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answer.extraction.grid import Cell, Grid, Row, make_cell, misalignment
from answer.extraction.labels import EXACT, Label, agreement, label_of, phrases_of, roles_of
from answer.extraction.vocabulary import TELLING_COLUMNS
from answer.extraction.wanted import WantedField
from answer.layout import overlap, union
from index.records import Box

MAX_HEAD_WORDS = 4
MAX_HEADER_LINES = 3
MAX_HEADER_PITCH = 1.2  # line heights between the lines of one header


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table: what names it and where that stands."""

    label: Label
    box: Box
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it stands on the page.

    Attributes:
        heads: its columns, left to right.
        n_known: how many of them are asked for or known.
        start: its first row.
        end: the row after it.
    """

    heads: tuple[Head, ...]
    n_known: int
    start: int
    end: int


def find_header(grid: Grid, row: int, own: Sequence[WantedField]) -> Header | None:
    """The header that begins with this row, if one does."""
    header = _header(grid, row, own)
    later = _header(grid, row + 1, own)
    adds_nothing = header and later and later.end == header.end and later.n_known >= header.n_known
    return None if adds_nothing else header


def _header(grid: Grid, row: int, own: Sequence[WantedField]) -> Header | None:
    """The columns that this row names, perhaps with the next one or two."""
    best: Header | None = None
    heads: list[Head] = []
    for end in range(row + 1, min(row + MAX_HEADER_LINES, len(grid.rows)) + 1):
        line = grid.rows[end - 1]
        if end > row + 1 and not _is_header_line(grid.rows[end - 2], line):
            break
        heads = _merged(heads, [head for cell in line for head in _heads(cell, grid, own)])
        n_known = sum(_is_known(head, own) for head in heads)
        if _is_header(heads, own) and (best is None or n_known > best.n_known):
            ordered = tuple(sorted(heads, key=lambda head: head.box.left))
            best = Header(ordered, n_known, row, end)
    return best


def _is_header_line(above: Row, line: Row) -> bool:
    height = max(cell.height for cell in above)
    gap = min(cell.box.top for cell in line) - max(cell.box.bottom for cell in above)
    has_digits = any(c.isdigit() for cell in line for c in cell.text)
    return gap < MAX_HEADER_PITCH * height and not has_digits


def _is_header(heads: Sequence[Head], own: Sequence[WantedField]) -> bool:
    """Two columns at least that are known, one of which only tables of items have."""
    known = {min(head.roles) for head in heads if head.roles}
    telling = any(head.roles & TELLING_COLUMNS for head in heads)
    n_own = sum(any(agreement(head.label, c.labels) >= EXACT for c in own) for head in heads)
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
        phrases = {phrase for column in own for phrase in column.labels}
        if head.label in phrases or any(head.label in phrases_of(r, "column") for r in head.roles):
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
