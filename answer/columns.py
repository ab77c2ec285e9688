"""The columns of a table: which of them a cell stands in, and the line that titles them.

A table of numbers shows its header by having none there. A table of words is one that shows figures
somewhere, codes or amounts, in a column whose title has none.
"""

from collections.abc import Sequence

from answer.layout import Line, spell
from index.records import Word

MAX_TITLE_WORDS = 6
LEAST_LINES = 2  # below their titles; one line more is two lines alike


def span(words: Sequence[Word], cell: Sequence[int]) -> tuple[float, float]:
    """Left and right edge of a cell."""
    return min(words[i].box.left for i in cell), max(words[i].box.right for i in cell)


def nearest(words: Sequence[Word], header: Line, cell: Sequence[int]) -> tuple[int, ...] | None:
    """The header cell that stands over the cell."""
    left, right = span(words, cell)
    slack = right - left
    best = min(header.cells, key=lambda head: abs(sum(span(words, head)) - left - right))
    edges = span(words, best)
    return best if edges[0] - slack < right and edges[1] + slack > left else None


def are_titles(words: Sequence[Word], first: Line, below: Sequence[Line]) -> bool:
    """Tell whether the first line of a table titles the columns of the lines below it."""
    if len(below) < LEAST_LINES or not all(_is_title(words, cell) for cell in first.cells):
        return False
    columns: dict[tuple[int, ...], list[str]] = {}
    for line in below:
        heads = [nearest(words, first, cell) for cell in line.cells]
        if heads[0] != first.cells[0] or None in heads or len(set(heads)) < len(heads):
            return False
        for head, cell in zip(heads, line.cells, strict=True):
            columns.setdefault(head or (), []).append(spell(words, cell))
    # A form of two columns has its figures in the second one: its first line is no title.
    telling = first.cells if len(first.cells) > LEAST_LINES else first.cells[:1]
    return any(_has_figures(columns.get(head, ()), len(below)) for head in telling)


def _is_title(words: Sequence[Word], cell: Sequence[int]) -> bool:
    text = spell(words, cell)
    is_worded = any(c.isalpha() for c in text) and not any(c.isdigit() for c in text)
    return is_worded and len(cell) <= MAX_TITLE_WORDS


def _has_figures(texts: Sequence[str], n_lines: int) -> bool:
    """Every cell of the column has some, and most lines have the cell."""
    return 2 * len(texts) > n_lines and all(any(c.isdigit() for c in text) for text in texts)
