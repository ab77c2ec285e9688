"""Golden sets: the layout of one's own questions over one's own documents.

A set is a folder with `corpus/`, `queries.jsonl` (query_id, query, answers, kind,
image_only_page, …), `qrels.tsv` (query_id, doc, page, score; pages from 1) and, where it is known
where on the page the answers stand, `boxes.jsonl` (query_id, doc, page, box). Several pages of one
question are alternatives: each answers alone. Unanswerable questions have no page.

Lines of `queries.jsonl` may have their `pages` with them (doc, page, score), as those that the
service exports have; where all do, there need be no `qrels.tsv`, and the file alone is a set of
questions about a collection that is there already.
"""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.datasets.base import EvalQuestion, EvalSet, GoldBox, GoldPage
from index.errors import InvalidRequest
from index.records import Box

QUESTIONS, PAGES, BOXES = "queries.jsonl", "qrels.tsv", "boxes.jsonl"


def read_golden(folder: Path) -> EvalSet:
    """Read a golden set.

    Raises:
        InvalidRequest: a file is missing or a line does not fit.
    """
    return EvalSet(
        name=folder.resolve().name,
        corpus=(folder / "corpus",),
        questions=_questions(folder, folder / QUESTIONS),
        judged="alternatives",
        sha256=_digest([folder / name for name in (QUESTIONS, PAGES, BOXES)]),
    )


def read_questions(file: Path) -> EvalSet:
    """Read questions that have their pages with them; their documents are indexed already.

    Raises:
        InvalidRequest: a line does not fit.
    """
    return EvalSet(
        name=file.resolve().stem,
        corpus=(),
        questions=_questions(file, file),
        judged="alternatives",
        sha256=_digest([file]),
    )


def _questions(source: Path, file: Path) -> tuple[EvalQuestion, ...]:
    """Read questions; `source` is what the caller named."""
    try:
        lines = list(_records(file))
        pages = _lines_pages(lines) or _read_pages(file.with_name(PAGES))
        boxes = _read_boxes(file.with_name(BOXES))
        return tuple(_question(one, pages, boxes) for one in lines)
    except (OSError, KeyError, TypeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        raise InvalidRequest(f"{source} is not a golden set: {told}") from error


def _lines_pages(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[GoldPage]]:
    """Read the pages that lines have with them; none where some line has none of its own."""
    if any("pages" not in line for line in lines):
        return {}
    return {
        line["query_id"]: [
            GoldPage(one["doc"], int(one["page"]), int(one.get("score") or 1))
            for one in line["pages"]
        ]
        for line in lines
    }


def _read_pages(path: Path) -> dict[str, list[GoldPage]]:
    found: dict[str, list[GoldPage]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            page = GoldPage(row["doc"], int(row["page"]), int(row.get("score") or 1))
            found[row["query_id"]].append(page)
    return found


def _read_boxes(path: Path) -> dict[str, list[GoldBox]]:
    found: dict[str, list[GoldBox]] = defaultdict(list)
    for line in _records(path) if path.exists() else ():
        box = GoldBox(line["doc"], int(line["page"]), Box(*line["box"]))
        found[line["query_id"]].append(box)
    return found


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _question(
    line: dict[str, Any],
    pages: Mapping[str, Sequence[GoldPage]],
    boxes: Mapping[str, Sequence[GoldBox]],
) -> EvalQuestion:
    name, known = line["query_id"], ("query_id", "query", "answers", "pages")
    return EvalQuestion(
        id=name,
        text=line["query"],
        pages=tuple(pages.get(name, ())),
        answers=tuple(line["answers"]),
        boxes=tuple(boxes.get(name, ())),
        labels={
            key: value
            for key, value in line.items()
            if key not in known and isinstance(value, str | bool | int | float)
        },
    )


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()
