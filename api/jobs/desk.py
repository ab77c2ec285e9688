"""What there is to do with jobs: listed, watched page by page, cancelled, tried again."""

from typing import Protocol

from api.bodies import job_body
from api.callers.access import OPERATOR, Access
from api.ids import parse_id
from api.jobs.bodies import JobList, PageStatusList
from api.jobs.shapes import job_list, page_status
from api.schemas import JobBody
from api.service import Service
from index.catalog.entries import JobState


class JobDesk(Protocol):
    """The verbs of jobs."""

    def jobs(
        self, collection: str, *, state: JobState | None, limit: int, cursor: str | None
    ) -> JobList:
        """List jobs, the newest first."""

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""

    def job_pages(self, job: str) -> PageStatusList:
        """Return what became of each page so far."""

    def cancel_job(self, job: str) -> JobBody:
        """End a job before it is done."""

    def retry_job(self, job: str) -> JobBody:
        """Begin anew what failed or was cancelled; returns the new job."""


class LocalJobs:
    """The jobs of the service in this process.

    Args:
        service: does the work.
        access: who asks, and pays.
    """

    def __init__(self, service: Service, access: Access = OPERATOR) -> None:
        self.service = service
        self.access = access

    def jobs(
        self, collection: str, *, state: JobState | None, limit: int, cursor: str | None
    ) -> JobList:
        """List jobs, the newest first."""
        after = parse_id(cursor) if cursor else None
        found = self.service.ledger.jobs(collection, state=state, limit=limit, after=after)
        return job_list(found, limit=limit)

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""
        return job_body(self.service.ledger.job(parse_id(job)))

    def job_pages(self, job: str) -> PageStatusList:
        """Return what became of each page so far."""
        found = self.service.ledger.job(parse_id(job))
        pages = self.service.catalog.pages(found.generation)
        return PageStatusList(pages=[page_status(page) for page in pages])

    def cancel_job(self, job: str) -> JobBody:
        """End a job before it is done."""
        ledger = self.service.ledger
        ledger.cancel(ledger.job(parse_id(job)))
        return self.job(job)

    def retry_job(self, job: str) -> JobBody:
        """Begin anew what failed or was cancelled; returns the new job."""
        self.service.purse.check_pages(self.access)
        self.service.capacity.check()
        return job_body(self.service.intake.retry(parse_id(job), self.access.account))
