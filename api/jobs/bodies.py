"""The JSON of jobs: lists of them, and what became of each page."""

from typing import Literal

from pydantic import Field

from api.schemas import Body, ErrorBody, JobBody


class JobList(Body):
    """One page of the list, newest job first; pass `next` as `cursor` for the following one."""

    jobs: list[JobBody]
    next: str | None


class PageStatus(Body):
    """What became of a page."""

    page: int
    state: Literal["ready", "failed"]
    word_source: str = Field(description="where its words come from: text_layer, ocr or none")
    engine: str = Field(description="what drew it; empty where nothing could")
    n_words: int
    n_rows: int
    flags: list[str] = Field(description="reason codes; docs/injection.md lists them")
    error: ErrorBody | None


class PageStatusList(Body):
    """The pages that a job is done with, in order; the others are still to come."""

    pages: list[PageStatus]
