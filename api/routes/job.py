"""Jobs: how far the indexing of documents is, followed, cancelled, tried again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.ids import parse_id
from api.jobs.bodies import JobList, PageStatusList
from api.jobs.events import job_events
from api.jobs.watching import JobWatch
from api.routes.live import stream
from api.routes.shared import (
    AccessOf,
    CollectionName,
    Cursor,
    DeskOf,
    Limit,
    ServiceOf,
    failures,
    needs,
    streamed,
)
from api.schemas import JobBody
from index.catalog.entries import Job, JobState
from index.errors import (
    CollectionNotFound,
    JobNotFound,
    JobNotOpen,
    JobNotRetryable,
    QueueFull,
    StorageFull,
)

router = APIRouter(tags=["jobs"], route_class=OnceRoute)


def _find(
    job: Annotated[str, Path(description="id of the job")], service: ServiceOf, access: AccessOf
) -> Job:
    found = service.ledger.job(parse_id(job))
    if not access.owns(found.collection):
        raise JobNotFound(f"no job {job}")
    return found


async def _watch(request: Request) -> JobWatch:
    found: JobWatch = request.app.state.watch
    return found


FoundJob = Annotated[Job, Depends(_find)]
WatchOf = Annotated[JobWatch, Depends(_watch)]
LastPage = Annotated[
    int,
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=2**31 - 1,
        description="number of the last page known, to go on behind it",
    ),
]


@router.get(
    "/collections/{collection}/jobs",
    dependencies=needs("read"),
    responses=failures(CollectionNotFound, JobNotFound),
)
def list_jobs(
    collection: CollectionName,
    desk: DeskOf,
    state: Annotated[JobState | None, Query(description="only jobs in this state")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JobList:
    """List the jobs of a collection, the newest first."""
    return desk.jobs(collection, state=state, limit=limit, cursor=cursor)


@router.get("/jobs/{job}", dependencies=needs("read"), responses=failures(JobNotFound))
def show_job(job: FoundJob, desk: DeskOf) -> JobBody:
    """Show a job."""
    return desk.job(str(job.id))


@router.get("/jobs/{job}/pages", dependencies=needs("read"), responses=failures(JobNotFound))
def list_job_pages(job: FoundJob, desk: DeskOf) -> PageStatusList:
    """List what became of each page so far; pages that are not listed are still to come."""
    return desk.job_pages(str(job.id))


@router.get(
    "/jobs/{job}/events",
    response_class=Response,
    dependencies=needs("read"),
    responses=streamed("how the job gets on", "job", "page", "done") | failures(JobNotFound),
)
async def follow_job(
    job: FoundJob, service: ServiceOf, watch: WatchOf, last_page: LastPage = 0
) -> Response:
    """Follow a job as server-sent events.

    `job` comes whenever the job has changed and holds it; `page` comes once for each page and
    holds what became of it. The last event is `done`, which holds the job, or `error`, which holds
    a problem. Who lost the connection sends the last `id` as `Last-Event-ID` and gets the pages
    behind it.
    """
    return stream(job_events(watch, service.catalog, job.id, after=last_page))


@router.post(
    "/jobs/{job}/cancel",
    dependencies=needs("ingest"),
    responses=failures(JobNotFound, JobNotOpen, *REFUSED_KEYS),
)
def cancel_job(job: FoundJob, desk: DeskOf, _: Once) -> JobBody:
    """End a job before it is done; a document that was searchable stays so, as it was."""
    return desk.cancel_job(str(job.id))


@router.post(
    "/jobs/{job}/retry",
    status_code=202,
    dependencies=needs("ingest"),
    responses=failures(JobNotFound, JobNotRetryable, QueueFull, StorageFull, *REFUSED_KEYS),
)
def retry_job(job: FoundJob, desk: DeskOf, _: Once) -> JobBody:
    """Begin anew what failed or was cancelled; answers with the new job."""
    return desk.retry_job(str(job.id))
