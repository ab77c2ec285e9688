"""Documents in, fields out: words and table geometry first, a model for what they do not settle."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from answer.answers import EvidencePage
from answer.citations import box_of
from answer.extraction.checks import ReadTable, check_sums
from answer.extraction.choosing import choose
from answer.extraction.finding import find_candidates
from answer.extraction.grid import Grid, read_grid
from answer.extraction.pointing import FieldReader, Missing, verify
from answer.extraction.results import (
    LOW_CONFIDENCE,
    Extracted,
    FieldValue,
    Problem,
    item_path,
    not_found,
)
from answer.extraction.rows import PageTable, ReadCell, assign, find_tables, fits, read_line
from answer.extraction.values import Habits, habits_of
from answer.extraction.wanted import Wanted, WantedField, WantedTable
from index.errors import VlmUnavailable

OCR_TRUST = 0.95
MAX_MODEL_PAGES = 8
MAX_ASKED = 60
MAX_ROWS = 1000
_ITEM = re.compile(r"(?P<table>.+)\[(?P<row>\d{1,4})\]\.(?P<column>.+)")
_HARMLESS = frozenset({"not_found", "ambiguous", "low_confidence", "model_unavailable"})


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, arranged, with its tables."""

    evidence: EvidencePage
    grid: Grid
    tables: tuple[PageTable, ...]

    @property
    def taken(self) -> frozenset[int]:
        """Rows that belong to tables."""
        return frozenset(row for table in self.tables for row in table.rows)

    @property
    def trust(self) -> float:
        """How far the page's words can be relied on."""
        return OCR_TRUST if self.evidence.words.source == "ocr" else 1.0


class Extractor:
    """Reads the fields of a schema from documents.

    Args:
        reader: points at what the words do not settle; without one it stays as it is.
    """

    def __init__(self, reader: FieldReader | None = None) -> None:
        self._reader = reader

    def extract(
        self, wanted: Wanted, pages: Sequence[EvidencePage], *, instructions: str = ""
    ) -> Extracted:
        """Read the fields from the pages of one document.

        Args:
            wanted: what to find.
            pages: in order.
            instructions: what the caller adds for the model.
        """
        habits = habits_of(word.text for page in pages for word in page.words.words)
        arranged = [_arrange(page, wanted, habits) for page in pages]
        fields = {field.path: _single(arranged, field, habits) for field in wanted.fields}
        tables = [_table(arranged, table, habits, fields) for table in wanted.tables]
        notes = [_no_rows(table.wanted) for table in tables if not table.n_rows]
        if self._reader is not None:
            missing = _missing(tables, fields, _columns(wanted, tables), instructions)
            notes += _ask(self._reader, pages, missing, habits, fields)
            tables = [replace(table, n_rows=_n_rows(table, fields)) for table in tables]
            filled = {table.wanted.path for table in tables if table.n_rows}
            notes = [note for note in notes if note.path not in filled]
        return _finish(wanted, tables, fields, notes)


def _arrange(page: EvidencePage, wanted: Wanted, habits: Habits) -> _Page:
    grid = read_grid(page.words.words)
    return _Page(page, grid, tuple(find_tables(grid, wanted.tables, habits)))


def _single(pages: Sequence[_Page], wanted: WantedField, habits: Habits) -> FieldValue:
    """The surest value of a field; one that the schema does not allow only where no other is."""
    for asked in (wanted, replace(wanted, pattern=None, choices=())):
        found = [
            (n, replace(candidate, confidence=candidate.confidence * page.trust))
            for n, page in enumerate(pages)
            for candidate in find_candidates(page.grid, asked, habits, page.taken)
        ]
        if found:
            n, candidate, others = choose(found, wanted.role)
            words = pages[n].grid.words
            field = FieldValue(
                value=candidate.reading.value,
                raw=candidate.reading.raw,
                page=pages[n].evidence.page,
                box=box_of(words, candidate.words),
                quote=" ".join(words[i].text for i in candidate.words),
                confidence=candidate.confidence,
                source="words",
            )
            return _judged(field, wanted, others)
        if asked == replace(wanted, pattern=None, choices=()):
            break
    return not_found(wanted.path)


def _judged(field: FieldValue, wanted: WantedField, others: Sequence[str]) -> FieldValue:
    """The value with what is wrong with it."""
    if others:
        told = f"the page also says {', '.join(others)}"
        field = replace(field, confidence=0.7 * field.confidence)
        field = field.with_problem("ambiguous", told, wanted.path)
    if not _is_allowed(field.value, wanted):
        told = f"the schema does not allow {field.value!r}"
        field = field.with_problem("not_allowed", told, wanted.path)
    if field.confidence < LOW_CONFIDENCE:
        told = f"confidence is {field.confidence:.2f}"
        field = field.with_problem("low_confidence", told, wanted.path)
    return field


def _is_allowed(value: object, wanted: WantedField) -> bool:
    if wanted.choices and value not in wanted.choices:
        return False
    is_text = wanted.pattern is not None and isinstance(value, str)
    return not is_text or bool(re.search(wanted.pattern or "", str(value)[:400]))


def _table(
    pages: Sequence[_Page], wanted: WantedTable, habits: Habits, fields: dict[str, FieldValue]
) -> ReadTable:
    """Read the rows of a table from all pages into the fields."""
    n_rows, others = 0, frozenset[str]()
    for page in pages:
        for found in page.tables:
            if not fits(wanted, found):
                continue
            chosen = assign(wanted, found)
            used = {n for n, _ in chosen.values()}
            heads = (head.roles for n, head in enumerate(found.heads) if n not in used)
            others = others.union(*heads)
            for line in found.lines[: MAX_ROWS - n_rows]:
                cells = read_line(wanted, chosen, line, page.grid, habits)
                if not cells:
                    continue
                for column in wanted.columns:
                    path = item_path(wanted.path, n_rows, column.path)
                    fields[path] = _cell(page, cells.get(column.path), column, path)
                n_rows += 1
    return ReadTable(wanted, n_rows, others)


def _cell(page: _Page, cell: ReadCell | None, wanted: WantedField, path: str) -> FieldValue:
    if cell is None:
        return not_found(path)
    words = page.grid.words
    quote = " ".join(words[i].text for i in cell.words)
    field = FieldValue(
        value=cell.reading.value if cell.reading else None,
        raw=cell.reading.raw if cell.reading else quote,
        page=page.evidence.page,
        box=box_of(words, cell.words),
        quote=quote,
        confidence=cell.confidence * page.trust,
        source="table",
    )
    if cell.reading is None:
        return field.with_problem("unreadable", f"{quote!r} is no {wanted.kind}", path)
    return _judged(field, replace(wanted, path=path), ())


def _no_rows(table: WantedTable) -> Problem:
    return Problem("not_found", "no such table was found", table.path)


def _columns(wanted: Wanted, tables: Sequence[ReadTable]) -> dict[str, WantedField]:
    """Every field by its path, cells of the rows too."""
    known = {field.path: field for field in wanted.fields}
    for table in tables:
        for row in range(table.n_rows):
            for column in table.wanted.columns:
                known[item_path(table.wanted.path, row, column.path)] = column
    return known


def _missing(
    tables: Sequence[ReadTable],
    fields: Mapping[str, FieldValue],
    known: Mapping[str, WantedField],
    instructions: str,
) -> Missing:
    unsettled = [path for path, field in fields.items() if not field.is_settled]
    without_rows = tuple(table.wanted for table in tables if not table.n_rows)
    return Missing(
        {path: known[path] for path in unsettled[:MAX_ASKED]}, without_rows, instructions
    )


def _ask(
    reader: FieldReader,
    pages: Sequence[EvidencePage],
    missing: Missing,
    habits: Habits,
    fields: dict[str, FieldValue],
) -> list[Problem]:
    """Fill in what a model points at; when it does not answer, say so and keep the rest."""
    if not pages or not (missing.fields or missing.tables):
        return []
    shown = _shown(pages)
    try:
        pointed = reader.read(shown, missing)
    except VlmUnavailable as error:
        return [Problem("model_unavailable", str(error), "")]
    for one in pointed:
        wanted = missing.fields.get(one.path) or _column_of(one.path, missing.tables)
        found = verify(one, wanted, shown, habits) if wanted else None
        if wanted and found and _improves(found, fields.get(one.path)):
            fields[one.path] = _judged(found, replace(wanted, path=one.path), ())
    return []


def _improves(found: FieldValue, known: FieldValue | None) -> bool:
    """Something instead of nothing, or what stands on the page instead of what is in doubt."""
    return known is None or known.value is None or not found.problems


def _shown(pages: Sequence[EvidencePage]) -> list[EvidencePage]:
    """The first and the last pages, where there are too many to show."""
    half = MAX_MODEL_PAGES // 2
    return list(pages if len(pages) <= MAX_MODEL_PAGES else [*pages[:half], *pages[-half:]])


def _column_of(path: str, tables: Sequence[WantedTable]) -> WantedField | None:
    found = _ITEM.fullmatch(path)
    if found is None or int(found["row"]) >= MAX_ROWS:
        return None
    columns = [c for table in tables if table.path == found["table"] for c in table.columns]
    return next((c for c in columns if c.path == found["column"]), None)


def _n_rows(table: ReadTable, fields: Mapping[str, FieldValue]) -> int:
    rows = [
        int(found["row"])
        for path in fields
        if (found := _ITEM.fullmatch(path)) and found["table"] == table.wanted.path
    ]
    return max(rows, default=-1) + 1


def _finish(
    wanted: Wanted,
    tables: Sequence[ReadTable],
    fields: Mapping[str, FieldValue],
    notes: Sequence[Problem],
) -> Extracted:
    problems = [problem for field in fields.values() for problem in field.problems]
    problems += [*notes, *check_sums(wanted, tables, fields)]
    required = [field.path for field in wanted.fields if field.is_required]
    required += [
        item_path(table.wanted.path, row, column.path)
        for table in tables
        for row in range(table.n_rows)
        for column in table.wanted.columns
        if column.is_required
    ]
    has_all = all(path in fields and fields[path].value is not None for path in required)
    has_all = has_all and all(table.n_rows for table in tables if table.wanted.is_required)
    is_sound = all(problem.code in _HARMLESS for problem in problems)
    return Extracted(fields, has_all and is_sound, tuple(problems))
