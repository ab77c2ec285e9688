"""The JSON of golden questions: what people ask of a collection, and what would be right."""

from typing import Annotated

from pydantic import Field, model_validator

from api.schemas import Body, RequestBody

JSON_LINES = "application/jsonl"
QUESTION_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
GoldenText = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Tag = Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S")]


class GoldenPageBody(Body):
    """A page that should answer a question."""

    document: str = Field(max_length=64, description="its id")
    page: int = Field(ge=1, le=2**31 - 1)
    grade: int = Field(1, ge=1, le=10, description="how well it answers")


class GoldenFields(RequestBody):
    """What a golden question says."""

    text: GoldenText = Field(examples=["How tall is the dam?"])
    answers: list[GoldenText] = Field(
        default_factory=list, max_length=32, description="each alone would be right"
    )
    pages: list[GoldenPageBody] = Field(
        default_factory=list, max_length=64, description="each answers alone"
    )
    is_answerable: bool = Field(
        default=True, description="false: the documents do not say, and a refusal is right"
    )
    tags: list[Tag] = Field(default_factory=list, max_length=32)

    @model_validator(mode="after")
    def _fits_together(self) -> "GoldenFields":
        if self.is_answerable and not self.pages:
            raise ValueError("a question needs a page that answers it, or is_answerable: false")
        if not self.is_answerable and (self.pages or self.answers):
            raise ValueError("a question that is not answerable has neither pages nor answers")
        if len({(page.document, page.page) for page in self.pages}) < len(self.pages):
            raise ValueError("a page is named twice")
        return self


class NewGoldenQuestion(GoldenFields):
    """A golden question to add or to change."""

    id: str | None = Field(
        None, pattern=QUESTION_ID, description="made where left out; when changing, as in the path"
    )


class GoldenQuestionBody(GoldenFields):
    """A golden question."""

    id: str
    is_stale: bool = Field(
        description="a page that should answer it is gone, with its document or a replacement of it"
    )


class GoldenQuestionList(Body):
    """One page of the list; pass `next` as `cursor` for the following one."""

    questions: list[GoldenQuestionBody]
    next: str | None


class GoldenImport(Body):
    """How many golden questions were taken in."""

    imported: int
