"""Facts of tables: a row, a column and the cell where they meet; a label and its value."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from answer.layout import Block, Line, spell
from eval.drafting.facts import Fact, is_label, is_value
from index.records import Word

_NUMBER = re.compile(r"^[^\w\s]*\s?\d")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
Cell = tuple[int, ...]


def table_facts(words: Sequence[Word], blocks: Sequence[Block]) -> list[Fact]:
    """Return what the tables of a page tell, row by row."""
    found: list[Fact] = []
    for table in (table for run in _runs(blocks) for table in _tables(run) if len(table) > 1):
        is_pairs = all(len(line.cells) == 2 for line in table)
        found += _pairs(words, table) if is_pairs else _cells(words, table)
    return found


def _tables(run: Sequence[Line]) -> Iterator[list[Line]]:
    """Tables that follow each other: several lines of two cells are one of their own."""
    table: list[Line] = []
    for is_pair, lines in groupby(run, key=lambda line: len(line.cells) == 2):
        some = list(lines)
        if is_pair and len(some) > 1:
            yield table
            yield some
            table = []
        else:
            table += some
    yield table


def _runs(blocks: Sequence[Block]) -> Iterator[list[Line]]:
    """Table lines that follow each other."""
    for is_tabular, run in groupby(blocks, key=lambda block: block.is_tabular):
        if is_tabular:
            yield [block.lines[0] for block in run]


def _pairs(words: Sequence[Word], table: Sequence[Line]) -> Iterator[Fact]:
    """Labels and values; a first line without a figure heads lines that have one.

    Lines mostly without a figure are seldom a table: columns of a text, say. Numbers that only rise
    are the pages of a list of contents.
    """
    texts = [[spell(words, cell) for cell in line.cells] for line in table]
    if not _are_values([value for _, value in texts]):
        return
    is_headed = len(table) > 2 and _contrasts([value for _, value in texts])
    head = (texts[0][1],) if is_headed else ()
    for line, (label, value) in list(zip(table, texts, strict=True))[is_headed:]:
        bare = label.rstrip(" :")
        if is_label(bare) and is_value(value) and not _NUMBER.match(label):
            yield Fact("cell", bare, value, line.words, head)


def _are_values(column: Sequence[str]) -> bool:
    with_digits = [text for text in column if any(c.isdigit() for c in text)]
    numbers = [int(text) for text in column if text.isdecimal() and len(text) < 4]
    are_pages = len(numbers) > 2 and len(numbers) > len(column) / 2 and numbers == sorted(numbers)
    return 2 * len(with_digits) >= len(column) and not are_pages


def _contrasts(column: Sequence[str]) -> bool:
    """Whether most texts begin with a number, and the first one has none or is a year."""
    first, *others = column
    n_numbers = sum(bool(_NUMBER.match(text)) for text in others)
    is_plain = bool(_YEAR.match(first)) or not any(c.isdigit() for c in first)
    return is_plain and n_numbers > 0.6 * len(others)


def _cells(words: Sequence[Word], table: Sequence[Line]) -> Iterator[Fact]:
    """Cells under a header; none where the first line heads no column of numbers."""
    header = table[0]
    heads = [spell(words, cell) for cell in header.cells]
    rows = [(line, columns) for line in table[1:] if (columns := _columns(words, header, line))]
    if len(set(heads)) < len(heads) or not all(map(_is_head, heads[1:])):
        return
    texts: dict[int, list[str]] = {n: [head] for n, head in enumerate(heads)}
    for _, columns in rows:
        for n, cell in columns.items():
            texts[n].append(spell(words, cell))
    if not any(len(texts[n]) > 1 and _contrasts(texts[n]) for n in range(1, len(heads))):
        return
    for line, columns in rows:
        label = spell(words, line.cells[0])
        for n, cell in columns.items():
            value = spell(words, cell)
            if is_value(value) and (is_label(label) or _is_code(label)):
                yield Fact("cell", label, value, (*line.cells[0], *cell), (heads[n],))


def _is_head(text: str) -> bool:
    return bool(_YEAR.match(text)) or (not _NUMBER.match(text) and is_label(text))


def _is_code(text: str) -> bool:
    return len(text) >= 5 and any(c.isdigit() for c in text) and " " not in text


def _columns(words: Sequence[Word], header: Line, line: Line) -> dict[int, Cell]:
    """Each cell but the first by the header cell over it; none where that is unclear."""
    spans = [_span(words, head) for head in header.cells]
    found: dict[int, Cell] = {}
    for cell in line.cells[1:]:
        left, right = _span(words, cell)
        over = [n for n, (start, end) in enumerate(spans) if start < right and end > left]
        if len(over) != 1 or over[0] == 0 or over[0] in found:
            return {}
        found[over[0]] = cell
    return found


def _span(words: Sequence[Word], cell: Cell) -> tuple[float, float]:
    return min(words[i].box.left for i in cell), max(words[i].box.right for i in cell)
