"""The fault matrix of docs/guarantees.md, read from the tests that are its rows.

A test is a row by its mark, wherever it stands: `faults("what is done", result="what comes of
it")`. What was tried is counted: the cases of a parametrised test, or the `tries` that the mark
names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guarantees.md"
MARK = "mark.faults("
BEGIN, END = "<!-- the suite writes from here -->", "<!-- to here -->"
HEAD = "| fault | tried | what comes of it |\n|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A fault that a test injects.

    Attributes:
        fault: what is done, in words.
        result: what comes of it.
        n_tries: how often, or at how many points, it is done.
        test: the file of the test, from the root.
    """

    fault: str
    result: str
    n_tries: int
    test: str

    def told(self) -> str:
        """The row as it stands in the page."""
        link = f"[{self.fault}](../{self.test})"
        return f"| {link} | {self.n_tries:,} | {self.result} |\n"


def rows() -> list[Row]:
    """Every row, in the order of the files and the tests in them."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    marked = [file for file in files if MARK in file.read_text("utf-8")]
    return [row for file in marked for row in _rows(file.relative_to(ROOT))]


def table() -> str:
    """The whole matrix as it stands in the page."""
    return HEAD + "".join(row.told() for row in rows())


def written(page: str) -> str:
    """The page with the matrix as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def _rows(file: Path) -> Iterator[Row]:
    module = import_module(".".join(file.with_suffix("").parts))
    for test in vars(module).values():
        marks = {mark.name: mark for mark in getattr(test, "pytestmark", [])}
        if callable(test) and "faults" in marks and marks["faults"].args:
            told = marks["faults"]
            n_tries = told.kwargs.get("tries", 1) * _n_cases(test)
            yield Row(told.args[0], told.kwargs["result"], n_tries, file.as_posix())


def _n_cases(test: Callable[..., object]) -> int:
    n_cases = 1
    for mark in getattr(test, "pytestmark", []):
        if isinstance(mark, pytest.Mark) and mark.name == "parametrize":
            n_cases *= len(mark.args[1])
    return n_cases
