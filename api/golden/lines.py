"""Golden questions as the lines of `queries.jsonl` that `pagesight eval run` reads.

A line is a JSON object: query_id, query, answers, pages (doc, page, score), tags. As everywhere in
golden sets, a document is called by its file's name without the ending.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from api.golden.bodies import QUESTION_ID, GoldenFields, GoldenPageBody
from api.golden.questions import golden_question
from index.catalog.entries import LiveDocument
from index.catalog.questions import GoldenQuestion
from index.errors import InvalidRequest

MAX_LINES = 10_000


class _LinePage(BaseModel):
    """A page of a line."""

    doc: str
    page: int
    score: int = 1


class _Line(BaseModel):
    """A line; labels that other golden sets have beside these are passed over."""

    query_id: Annotated[str, Field(pattern=QUESTION_ID)]
    query: str
    answers: list[str] = Field(default_factory=list)
    pages: list[_LinePage]
    tags: list[str] = Field(default_factory=list)


def golden_lines(questions: Iterable[GoldenQuestion]) -> str:
    """Write questions; pages that are gone are left out, and questions that have no other page."""
    lines = (_line(one) for one in questions if one.pages == () or _known(one))
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def read_golden_lines(text: str, documents: Sequence[LiveDocument]) -> list[GoldenQuestion]:
    """Read questions about documents.

    Raises:
        InvalidRequest: a line does not fit, or names what is not one document.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > MAX_LINES:
        raise InvalidRequest(f"at most {MAX_LINES} questions at once, got {len(lines)}")
    named: dict[str, list[UUID]] = defaultdict(list)
    for document in documents:
        named[PurePath(document.name).stem].append(document.document)
    read = [_question(line, number, named) for number, line in enumerate(lines, 1)]
    if len({one.id for one in read}) < len(read):
        raise InvalidRequest("two lines have the same query_id")
    return read


def _known(question: GoldenQuestion) -> list[dict[str, object]]:
    return [
        {"doc": PurePath(page.name).stem, "page": page.page, "score": page.grade}
        for page in question.pages
        if page.name is not None
    ]


def _line(question: GoldenQuestion) -> dict[str, object]:
    return {
        "query_id": question.id,
        "query": question.text,
        "answers": list(question.answers),
        "pages": _known(question),
        "tags": list(question.tags),
    }


def _question(line: str, number: int, named: Mapping[str, Sequence[UUID]]) -> GoldenQuestion:
    try:
        read = _Line.model_validate_json(line)
        fields = GoldenFields(
            text=read.query,
            answers=read.answers,
            pages=[_page(page, named) for page in read.pages],
            is_answerable=bool(read.pages),
            tags=read.tags,
        )
    except ValidationError as error:
        told = error.errors(include_url=False)[0]
        where = ".".join(map(str, told["loc"]))
        raise InvalidRequest(f"question {number}: {where}: {told['msg']}") from error
    return golden_question(read.query_id, fields)


def _page(page: _LinePage, named: Mapping[str, Sequence[UUID]]) -> GoldenPageBody:
    found = named.get(page.doc, ())
    if len(found) != 1:
        raise InvalidRequest(f"expected one ready document called {page.doc!r}, found {len(found)}")
    return GoldenPageBody(document=str(found[0]), page=page.page, grade=page.score)
