"""Golden sets: the layout of one's own questions over one's own documents.

A set is a folder with `corpus/`, `queries.jsonl` (query_id, query, answers, kind,
image_only_page, …), `qrels.tsv` (query_id, doc, page, score; pages from 1) and, where it is known
where on the page the answers stand, `boxes.jsonl` (query_id, doc, page, box). Several pages of one
question are alternatives: each answers alone. Unanswerable questions have no page.
"""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
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
    try:
        pages, boxes = _read_pages(folder / PAGES), _read_boxes(folder / BOXES)
        questions = [_question(one, pages, boxes) for one in _records(folder / QUESTIONS)]
    except (OSError, KeyError, TypeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        raise InvalidRequest(f"{folder} is not a golden set: {told}") from error
    return EvalSet(
        name=folder.resolve().name,
        corpus=(folder / "corpus",),
        questions=tuple(questions),
        judged="alternatives",
        sha256=_digest(folder),
    )


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
    pages: dict[str, list[GoldPage]],
    boxes: dict[str, list[GoldBox]],
) -> EvalQuestion:
    name, known = line["query_id"], ("query_id", "query", "answers")
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


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (QUESTIONS, PAGES, BOXES):
        path = folder / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()
