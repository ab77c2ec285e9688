"""The JSON of `POST …/extract`, and how what was extracted is shown in it."""

import re
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from answer.extraction.results import FieldValue, Problem
from api.bodies import as_scope
from api.extraction import ExtractedDocument
from api.question_bodies import FilterBody, PageRange
from api.schemas import Body, BoxBody, RequestBody
from retrieval.hits import PageScope

DECIMALS = 4
MAX_SCHEMA_CHARACTERS = 64_000
_STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<row>\d+)\])?")
_EXAMPLE = {
    "type": "object",
    "properties": {"total": {"type": "number", "x-labels": ["Amount due"]}},
    "required": ["total"],
}


class ExtractRequest(RequestBody):
    """Fields to read from documents; all documents when none is chosen."""

    model_config = ConfigDict(populate_by_name=True)

    fields: dict[str, Any] = Field(
        alias="schema", description="JSON schema of an object", examples=[_EXAMPLE]
    )
    documents: list[str] = Field(default_factory=list, max_length=100, description="ids")
    pages: PageRange | None = None
    filter: FilterBody | None = None
    instructions: str = Field("", max_length=2000, description="for the model, where one is set")

    @model_validator(mode="after")
    def _is_said_once(self) -> "ExtractRequest":
        if len(str(self.fields)) > MAX_SCHEMA_CHARACTERS:
            raise ValueError(f"a schema may have {MAX_SCHEMA_CHARACTERS} characters")
        twice = self.filter and (
            (self.documents and self.filter.documents) or (self.pages and self.filter.pages)
        )
        if twice:
            raise ValueError("documents and pages may stand in the request or its filter, not both")
        return self

    def scope(self) -> PageScope:
        """Which pages are to be read.

        Raises:
            InvalidFilter: a condition is not understood.
            NotFound: a document id is no id.
        """
        given = self.filter or FilterBody()
        return as_scope(
            FilterBody(
                documents=self.documents or given.documents,
                names=given.names,
                pages=self.pages or given.pages,
                metadata=given.metadata,
            )
        )


class FieldProblem(Body):
    """Something wrong with a value, or between values; `code` is stable."""

    code: str
    message: str
    path: str


class FieldBody(Body):
    """A value and where it stands; all null when it was not found."""

    value: str | float | int | bool | None
    raw: str | None = Field(description="as it is printed")
    page: int | None
    box: BoxBody | None
    quote: str | None = Field(description="the words in the box")
    confidence: float = Field(ge=0, le=1)
    source: Literal["words", "table", "model"] | None
    problems: list[FieldProblem]


class ExtractedBody(Body):
    """The fields of one document."""

    document: str
    name: str
    fields: dict[str, FieldBody] = Field(description="by path, rows as `lines[0].amount`")
    data: dict[str, Any] = Field(description="the values alone, in the form of the schema")
    valid: bool = Field(
        description="what is required was found and verified, every value fits, the sums hold"
    )
    problems: list[FieldProblem]


class ExtractResponse(Body):
    """One result a document, in order of id."""

    documents: list[ExtractedBody]


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
