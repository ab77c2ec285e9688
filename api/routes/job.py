"""Jobs: how far the indexing of a document is."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.routes.shared import DeskOf, failures
from api.schemas import JobBody

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("/{job}", responses=failures(404))
def show_job(job: Annotated[str, Path(description="id of the job")], desk: DeskOf) -> JobBody:
    """Show a job."""
    return desk.job(job)
