"""What was read from a document: values with their places, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from answer.extraction.values import Value
from index.records import Box

Source = Literal["words", "table", "model"]
ProblemCode = Literal[
    "not_found",
    "ambiguous",
    "low_confidence",
    "unverified",
    "unreadable",
    "not_allowed",
    "line_amount_differs",
    "lines_sum_differs",
    "total_differs",
    "model_unavailable",
]

LOW_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a value, or between values.

    Attributes:
        code: stable, for programs.
        message: what, got what; for people.
        path: of the field or table; empty for the whole document.
    """

    code: ProblemCode
    message: str
    path: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value as it was found, or that it was not.

    Attributes:
        value: as JSON has it, None when it was not found.
        raw: as it is printed.
        page: number of the page, from 1.
        box: around the words of the page that say it.
        quote: these words.
        confidence: from 0 to 1; a rule of thumb from label, place and reading, not a frequency.
        source: where it was found.
        problems: what is wrong with it.
    """

    value: Value | None = None
    raw: str | None = None
    page: int | None = None
    box: Box | None = None
    quote: str | None = None
    confidence: float = 0.0
    source: Source | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Found, and nothing is wrong with it."""
        return self.value is not None and not self.problems

    def with_problem(self, code: ProblemCode, message: str, path: str) -> "FieldValue":
        """The same with one more problem."""
        return replace(self, problems=(*self.problems, Problem(code, message, path)))


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a document says of a schema's fields.

    Attributes:
        fields: by path, rows of tables as `lines[0].amount`.
        is_valid: what is required was found and verified, every value fits, and the sums hold.
        problems: those of the fields, and those between them.
    """

    fields: Mapping[str, FieldValue]
    is_valid: bool
    problems: tuple[Problem, ...]


def not_found(path: str) -> FieldValue:
    """Say that a value was not found."""
    return FieldValue(problems=(Problem("not_found", "no such value was found", path),))


def item_path(table: str, row: int, column: str) -> str:
    """The path of a value in a table's row, counted from 0."""
    return f"{table}[{row}].{column}"
