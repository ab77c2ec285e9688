"""From jobs and their pages to the JSON shapes of the API."""

from collections.abc import Sequence

from api.bodies import job_body
from api.jobs.bodies import JobList, PageStatus
from api.schemas import ErrorBody
from index.catalog.entries import Job, StoredPage


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
