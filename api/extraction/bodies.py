"""The JSON of `POST …/extract`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from api.questions.bodies import FilterBody, PageRange
from api.schemas import Body, BoxBody, RequestBody

MAX_SCHEMA_CHARACTERS = 64_000
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
