"""Workers that read pages beside workers that make rows of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.roles import Role, tasks_of
from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Job
from index.errors import EncoderUnavailable
from ingest.jobs import JobQueue
from ingest.pipeline import CHUNK_PAGES
from ingest.workers import Worker
from retrieval.hits import SearchQuery
from tests.tiny import HashedWords, pdf

REPORT = pdf(*["heron"] * (CHUNK_PAGES + 1), "", strips=[2])


class Fleet:
    """A worker of each role over one service's parts."""

    def __init__(self, service: Service, database: Database) -> None:
        self._service = service
        self._database = database

    def work(self, role: Role) -> None:
        """Work as one worker does until nothing waits for its role."""
        service = self._service
        stores = service.indexer._stores  # noqa: SLF001  the service's own
        tasks = tasks_of(role, stores, service.indexer, service.rebuilder, service.telemetry)
        Worker(JobQueue(self._database.conninfo), tasks, exclusive=False).run_until_empty()


@pytest.fixture
def fleet(service: Service, database: Database) -> Fleet:
    return Fleet(service, database)


@pytest.fixture
def job(service: Service) -> Job:
    service.create_collection("default")
    _, job = service.upload("default", "report.pdf", [REPORT], {})
    assert job is not None
    return job


@pytest.fixture
def renderer(data_folder: Path, database: Database, service: Service) -> Iterator[Service]:
    """A service that has no encoder to open, over the same database."""
    url = database.engine.url.render_as_string(hide_password=False)
    changed = service.settings.model_copy(
        update={"data": data_folder / "elsewhere", "encoder": "no-such-encoder"}
    )
    assert changed.database_url == url
    opened = Service.build(changed, role="render")
    yield opened
    opened.close()


def test_one_worker_reads_the_pages_and_another_makes_their_rows(
    service: Service, encoder: HashedWords, fleet: Fleet, job: Job
) -> None:
    encoder.before_pages = lambda _: pytest.fail("who reads pages makes no rows")
    fleet.work("render")
    read = service.ledger.job(job.id)
    assert (read.state, read.stage, read.is_read) == ("queued", "reading", True)
    assert (read.pages_done, read.pages_total) == (CHUNK_PAGES + 2, CHUNK_PAGES + 2)
    assert service.search("default", SearchQuery("heron")).hits == ()

    batches: list[int] = []
    encoder.before_pages = batches.append
    fleet.work("encode")

    assert service.ledger.job(job.id).state == "done"
    assert batches == [CHUNK_PAGES, 1]
    assert len(service.search("default", SearchQuery("heron", limit=100)).hits) == CHUNK_PAGES
    counted = [page.n_rows for page in service.catalog.pages(job.generation)]
    assert counted == [1, 0, *[1] * (CHUNK_PAGES - 1), 0]


def test_a_worker_of_one_role_leaves_the_work_of_the_other(
    service: Service, fleet: Fleet, job: Job
) -> None:
    fleet.work("encode")
    assert service.ledger.job(job.id).attempts == 0
    fleet.work("render")
    fleet.work("render")
    assert service.ledger.job(job.id).fence == 1


def test_a_worker_of_all_roles_takes_up_what_was_only_read(
    service: Service, fleet: Fleet, job: Job
) -> None:
    fleet.work("render")
    fleet.work("all")
    assert service.ledger.job(job.id).state == "done"


def test_rows_that_were_made_before_an_outage_are_not_made_again(
    service: Service, encoder: HashedWords, fleet: Fleet, job: Job
) -> None:
    fleet.work("render")
    batches: list[int] = []

    def second_fails_once(n_pages: int) -> None:
        batches.append(n_pages)
        if len(batches) == 2:
            raise EncoderUnavailable("the server is away")

    encoder.before_pages = second_fails_once
    service.indexer.encode(job.id)
    waiting = service.ledger.job(job.id)
    assert (waiting.state, waiting.stage, waiting.attempts) == ("queued", "waiting", 0)
    service.indexer.encode(job.id)
    assert batches == [CHUNK_PAGES, 1, 1]
    assert service.ledger.job(job.id).state == "done"


def test_a_worker_that_reads_opens_no_encoder(
    service: Service, renderer: Service, job: Job
) -> None:
    renderer.indexer._stores.blobs.put_stream([REPORT], max_bytes=len(REPORT))  # noqa: SLF001  shared by a fleet, apart here
    renderer.indexer.read(job.id)
    assert service.ledger.job(job.id).is_read
