"""From what was extracted to the JSON of `POST …/extract`, and from its request to pages."""

import re
from typing import Any

from answer.extraction.results import FieldValue, Problem
from api.bodies import as_scope
from api.extraction.bodies import ExtractedBody, ExtractRequest, FieldBody, FieldProblem
from api.extraction.extraction import ExtractedDocument
from api.questions.bodies import FilterBody
from retrieval.hits import PageScope

DECIMALS = 4
_STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<row>\d+)\])?")


def extraction_scope(request: ExtractRequest) -> PageScope:
    """Say which pages are to be read.

    Raises:
        InvalidFilter: a condition is not understood.
        NotFound: a document id is no id.
    """
    given = request.filter or FilterBody()
    return as_scope(
        FilterBody(
            documents=request.documents or given.documents,
            names=given.names,
            pages=request.pages or given.pages,
            metadata=given.metadata,
        )
    )


def extracted_body(found: ExtractedDocument) -> ExtractedBody:
    """Show what was extracted from a document."""
    extracted = found.extracted
    return ExtractedBody(
        document=str(found.document),
        name=found.name,
        fields={path: _field(field) for path, field in extracted.fields.items()},
        data=_nested({path: field.value for path, field in extracted.fields.items()}),
        valid=extracted.is_valid,
        problems=[_problem(problem) for problem in extracted.problems],
    )


def _field(found: FieldValue) -> FieldBody:
    box = None
    if found.box is not None:
        left, top, right, bottom = (round(edge, DECIMALS) for edge in found.box)
        box = (left, top, right, bottom)
    return FieldBody(
        value=found.value,
        raw=found.raw,
        page=found.page,
        box=box,
        quote=found.quote,
        confidence=round(found.confidence, DECIMALS),
        source=found.source,
        problems=[_problem(problem) for problem in found.problems],
    )


def _problem(problem: Problem) -> FieldProblem:
    return FieldProblem(code=problem.code, message=problem.message, path=problem.path)


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    """Values by path as objects and arrays."""
    whole: dict[str, Any] = {}
    for path, value in values.items():
        place = whole
        *steps, last = _STEP.finditer(path)
        for step in steps:
            place = _enter(place, step["name"], step["row"])
        place[last["name"]] = value
    return whole


def _enter(place: dict[str, Any], name: str, row: str | None) -> dict[str, Any]:
    if row is None:
        inner: dict[str, Any] = place.setdefault(name, {})
        return inner
    rows: list[dict[str, Any]] = place.setdefault(name, [])
    while len(rows) <= int(row):
        rows.append({})
    return rows[int(row)]
