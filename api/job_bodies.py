"""The JSON of jobs: lists of them, and what became of each page."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from api.bodies import job_body
from api.schemas import Body, ErrorBody, JobBody
from index.catalog.entries import Job, StoredPage


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


def job_list(found: Sequence[Job], *, limit: int) -> JobList:
    """Show a page of the list of jobs."""
    following = str(found[-1].id) if len(found) == limit else None
    return JobList(jobs=[job_body(job) for job in found], next=following)


def page_status(page: StoredPage) -> PageStatus:
    """Show what became of a page."""
    failure = page.failure
    return PageStatus(
        page=page.number,
        state="failed" if failure else "ready",
        word_source=page.word_source,
        engine=page.engine,
        n_words=page.n_words,
        n_rows=page.n_rows,
        flags=list(page.flags),
        error=ErrorBody(code=failure.code, message=failure.message) if failure else None,
    )
