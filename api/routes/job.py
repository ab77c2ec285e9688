"""Jobs: how far the indexing of a document is."""

from fastapi import APIRouter

from api.routes.shared import DeskOf, JobId, failures, needs
from api.schemas import JobBody

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("/{job}", dependencies=needs("read"), responses=failures(404))
def show_job(job: JobId, desk: DeskOf) -> JobBody:
    """Show a job."""
    return desk.job(job)
