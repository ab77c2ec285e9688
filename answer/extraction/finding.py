"""Single fields: labels on the page, and the values beside and below them.

A label stands before its value in one cell (`Date: 3 May`), left of it, or above it. A label that
agrees better with something else is none: `net total` is no `total`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answer.extraction.amounts import currency_of
from answer.extraction.grid import Cell, Grid, misalignment
from answer.extraction.labels import EXACT, agreement, label_of, role_of, roles_of
from answer.extraction.values import Habits, Reading, is_identifier, read_value
from answer.extraction.vocabulary import MONEY, TITLES
from answer.extraction.wanted import WantedField

MIN_AGREEMENT = 0.6
MAX_LABEL_WORDS = 7
MAX_DROP = 2.6  # heights of the label from its bottom to the top of the value below
ALIGNED = 2.5  # characters
MIN_FORM_CELLS = 3
BESIDE, WITHIN, UNMARKED, BELOW = 0.98, 1.0, 0.9, 0.88  # how much each place tells


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that stands where a field's value would.

    Attributes:
        reading: the value.
        words: positions on the page of its words.
        confidence: from 0 to 1.
        row: of its cell.
    """

    reading: Reading
    words: tuple[int, ...]
    confidence: float
    row: int


@dataclass(frozen=True, slots=True)
class _Label:
    """Words of a cell that are a label, and the place of the first word after them."""

    cell: Cell
    end: int
    score: float
    is_marked: bool


def find_candidates(
    grid: Grid, wanted: WantedField, habits: Habits, taken: frozenset[int]
) -> list[Candidate]:
    """Values on the page that stand by a label of the field, the surest first.

    Args:
        grid: the page.
        wanted: the field.
        habits: how the document writes.
        taken: rows of tables, whose headers and cells label nothing outside.
    """
    found = [
        candidate
        for cell in grid.cells
        if cell.row not in taken
        for label in _labels(cell, wanted)
        for candidate in _values(grid, label, wanted, habits)
    ]
    if not found and wanted.role == "currency":
        found = _currencies(grid)
    return sorted(found, key=lambda one: -one.confidence)


def is_label(texts: Sequence[str]) -> bool:
    """Whether the words are what documents call something, or end in a colon."""
    if texts[-1].endswith(":"):
        return True
    if any(_is_code(text) for text in texts):
        return False
    label = label_of(" ".join(texts))
    found = roles_of(label, "single")
    return any(score >= EXACT for score in found.values())


def _has_digit(texts: Sequence[str]) -> bool:
    return any(c.isdigit() for text in texts for c in text)


def _is_code(text: str) -> bool:
    return any(c.isalpha() for c in text) and any(c.isdigit() for c in text)


def _labels(cell: Cell, wanted: WantedField) -> Iterator[_Label]:
    """Stretches from a colon back, the whole cell, and beginnings that are labels word for word."""
    colons = [n for n, text in enumerate(cell.texts, 1) if text.endswith(":")]
    start = 0
    for end in colons:
        first = _label_start(cell.texts[:end], start, wanted)
        score = _score(cell.texts[first:end], wanted)
        if score >= MIN_AGREEMENT:
            yield _Label(cell, end, score, is_marked=True)
        start = end
    n_words = len(cell.texts)
    if not colons and (wanted.role in MONEY or not _has_digit(cell.texts)):
        score = _score(cell.texts, wanted) if n_words <= 2 * MAX_LABEL_WORDS else 0.0
        if score >= MIN_AGREEMENT:
            yield _Label(cell, n_words, score, is_marked=True)
    if not colons:
        for end in range(min(n_words - 1, MAX_LABEL_WORDS), 0, -1):
            is_plain = wanted.role in MONEY or not _has_digit(cell.texts[:end])
            if is_plain and _score(cell.texts[:end], wanted) >= EXACT:
                yield _Label(cell, end, 1.0, is_marked=False)
                return


def _label_start(texts: Sequence[str], start: int, wanted: WantedField) -> int:
    """Where the label that ends the texts begins: the best for any role, the longest of those."""
    whole = range(max(start, len(texts) - MAX_LABEL_WORDS), len(texts))
    firsts = [first for first in whole if not texts[first][0].isdigit()] or [len(texts) - 1]
    labels = {first: label_of(" ".join(texts[first:])) for first in firsts}

    def best(first: int) -> float:
        known = max(roles_of(labels[first], "single").values(), default=0.0)
        return max(known, agreement(labels[first], wanted.labels))

    return max(firsts, key=lambda first: (best(first), -first))


def _score(texts: Sequence[str], wanted: WantedField) -> float:
    """How well the words agree with the field's labels; 0 when another role's agree better."""
    label = label_of(" ".join(texts))
    own = agreement(label, wanted.labels)
    if own < MIN_AGREEMENT:
        return 0.0
    others = roles_of(label, "single")
    rival = max((score for role, score in others.items() if role != wanted.role), default=0.0)
    return own if own >= rival else 0.0


def _values(grid: Grid, label: _Label, wanted: WantedField, habits: Habits) -> Iterator[Candidate]:
    within = _within(label, wanted, habits)
    if within is not None:
        yield within
    if label.end < len(label.cell.texts):
        return
    is_form = _heads_form(grid, label.cell.row)
    beside = None if is_form else _beside(grid, label, wanted, habits)
    if beside is not None:
        yield beside
        return
    below = _below(grid, label, wanted, habits)
    if below is not None:
        yield below


def _within(label: _Label, wanted: WantedField, habits: Habits) -> Candidate | None:
    """The value after the label in its cell; without a colon only one that cannot be prose."""
    texts = _up_to_label(label.cell.texts[label.end :], wanted)
    is_prose = wanted.kind == "string" and not (
        wanted.pattern or wanted.choices or is_identifier(wanted) or wanted.role == "currency"
    )
    if not texts or (is_prose and not label.is_marked):
        return None
    reading = read_value(texts, wanted, habits)
    if reading is None or (reading.first > 0 and not label.is_marked):
        return None
    place = WITHIN if label.is_marked else UNMARKED
    return _candidate(reading, label.cell, label.end, label.score * place)


def _up_to_label(texts: Sequence[str], wanted: WantedField) -> Sequence[str]:
    """The words before the next label that ends in a colon."""
    for end, text in enumerate(texts, 1):
        if text.endswith(":") and len(text) > 1:
            return texts[: _label_start(texts[:end], 0, wanted)]
    return texts


def _beside(grid: Grid, label: _Label, wanted: WantedField, habits: Habits) -> Candidate | None:
    """The value right of the label; of a row of amounts the last one."""
    best = None
    for cell in grid.rows[label.cell.row]:
        if cell.box.left < label.cell.box.right or cell is label.cell:
            continue
        reading = _whole(cell, wanted, habits)
        if reading is None and not (wanted.role in MONEY and _is_figure(cell, habits)):
            break
        if reading is not None:
            best = _candidate(reading, cell, 0, label.score * BESIDE)
        if wanted.role not in MONEY:
            break
    return best


def _heads_form(grid: Grid, n: int) -> bool:
    """Whether the row is of labels above values: three cells or more, each over one of its own."""
    row = grid.rows[n]
    if len(row) < MIN_FORM_CELLS or n + 1 == len(grid.rows) or _has_digit([c.text for c in row]):
        return False
    drop = grid.rows[n + 1][0].box.top - row[0].box.bottom
    over = [
        min(misalignment(cell.box, under.box) for under in grid.rows[n + 1])
        < ALIGNED * cell.character
        for cell in row
    ]
    return drop < MAX_DROP * row[0].height and all(over)


def _below(grid: Grid, label: _Label, wanted: WantedField, habits: Habits) -> Candidate | None:
    """The value in the nearest cell below, when it is lined up with the label."""
    if label_of(label.cell.text) in TITLES:
        return None
    for row in grid.rows[label.cell.row + 1 : label.cell.row + 4]:
        under = [cell for cell in row if _overlaps(cell, label.cell)]
        if not under:
            continue
        cell = min(under, key=lambda one: misalignment(one.box, label.cell.box))
        drop = cell.box.top - label.cell.box.bottom
        is_near = drop < MAX_DROP * label.cell.height
        tolerance = ALIGNED * max(cell.character, label.cell.character)
        if not is_near or misalignment(cell.box, label.cell.box) > tolerance:
            return None
        reading = _whole(cell, wanted, habits)
        is_address = reading and reading.certainty < 1 and is_identifier(wanted)  # 4 Mill Lane
        return (
            None
            if reading is None or is_address
            else _candidate(reading, cell, 0, label.score * BELOW)
        )
    return None


def _whole(cell: Cell, wanted: WantedField, habits: Habits) -> Reading | None:
    """The value of a cell that is not a label itself."""
    texts = cell.texts
    named = role_of(label_of(texts[0]), "single")
    is_own_label = not _has_digit(texts) and agreement(label_of(cell.text), wanted.labels) >= EXACT
    if is_own_label or is_label(texts) or (named not in (None, wanted.role) and _has_digit(texts)):
        return None
    colon = next((n for n, text in enumerate(texts) if text.endswith(":")), None)
    if colon is not None and wanted.kind == "string" and wanted.pattern is None:
        return None
    return read_value(texts, wanted, habits)


def _is_figure(cell: Cell, habits: Habits) -> bool:
    anything = WantedField("", "number", ())
    return read_value(cell.texts, anything, habits) is not None


def _overlaps(a: Cell, b: Cell) -> bool:
    return min(a.box.right, b.box.right) > max(a.box.left, b.box.left)


def _candidate(reading: Reading, cell: Cell, offset: int, score: float) -> Candidate:
    words = cell.words[offset + reading.first : offset + reading.end]
    return Candidate(reading, words, score * reading.certainty, cell.row)


def _currencies(grid: Grid) -> list[Candidate]:
    """The one currency that the page's amounts name, at its first place."""
    found = [
        (code, cell, n)
        for cell in grid.cells
        for n, text in enumerate(cell.texts)
        if (code := currency_of(text)) is not None
    ]
    if len({code for code, _, _ in found}) != 1:
        return []
    code, cell, n = found[0]
    return [_candidate(Reading(code, cell.texts[n], n, n + 1), cell, 0, BELOW)]
