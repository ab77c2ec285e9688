"""The progress of a job as events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from api.bodies import job_body
from api.events import Event
from api.jobs.shapes import page_status
from api.jobs.watching import JobWatch
from index.catalog.catalog import Catalog
from index.catalog.leases import OPEN_STATES


async def job_events(
    watch: JobWatch, catalog: Catalog, job: UUID, *, after: int = 0
) -> AsyncGenerator[Event]:
    """Yield `job` whenever a job has changed, `page` for each of its pages, and `done` at its end.

    Args:
        watch: tells how the job changes.
        catalog: holds its pages.
        job: which one.
        after: the number of the last page that the reader knows; it is the place of `page` events.

    Raises:
        JobNotFound: no job has that id.
        Unavailable: the catalog does not answer, or the service is closing.
    """
    async with aclosing(watch.changes(job)) as changes:
        async for found in changes:
            is_open = found.state in OPEN_STATES
            if is_open:
                yield Event("job", job_body(found))
            pages = await run_in_threadpool(catalog.pages, found.generation, after=after)
            for page in pages:
                after = page.number
                yield Event("page", page_status(page), place=after)
            if not is_open:
                yield Event("done", job_body(found))
                return
