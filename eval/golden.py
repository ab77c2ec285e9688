"""Golden sets: documents, questions and the pages that answer them.

A set is a folder with `corpus/`, `queries.jsonl` (query_id, query, answers, kind,
image_only_page, …) and `qrels.tsv` (query_id, doc, page, score; pages from 1). Several pages of one
question are alternatives: each answers alone. Unanswerable questions have no page.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import InvalidRequest

GoldPage = tuple[str, int]


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question and what would be right.

    Attributes:
        pages: `(document stem, page)` pairs, each of which answers alone; none: unanswerable.
        answers: accepted answers, or parts of the answer.
        labels: whatever else the set says of the question, such as its kind.
    """

    id: str
    text: str
    pages: frozenset[GoldPage]
    answers: tuple[str, ...]
    labels: dict[str, Any]

    @property
    def is_answerable(self) -> bool:
        """Whether some page answers it."""
        return bool(self.pages)


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """A golden set as read from its folder."""

    name: str
    corpus: Path
    questions: tuple[GoldenQuestion, ...]

    @classmethod
    def read(cls, folder: Path) -> "GoldenSet":
        """Read a golden set.

        Raises:
            InvalidRequest: a file is missing or a line does not fit.
        """
        try:
            pages = _read_pages(folder / "qrels.tsv")
            lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
            questions = tuple(_question(json.loads(line), pages) for line in lines if line.strip())
        except (OSError, KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise InvalidRequest(f"{folder} is not a golden set: {told}") from error
        return cls(folder.resolve().name, folder / "corpus", questions)


def _read_pages(path: Path) -> dict[str, set[GoldPage]]:
    found: dict[str, set[GoldPage]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["query_id"], set()).add((row["doc"], int(row["page"])))
    return found


def _question(line: dict[str, Any], pages: dict[str, set[GoldPage]]) -> GoldenQuestion:
    known = ("query_id", "query", "answers")
    return GoldenQuestion(
        id=line["query_id"],
        text=line["query"],
        pages=frozenset(pages.get(line["query_id"], ())),
        answers=tuple(line["answers"]),
        labels={name: value for name, value in line.items() if name not in known},
    )
