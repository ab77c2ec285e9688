import asyncio
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from api.roles import tasks_of
from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Job
from index.errors import Unavailable
from ingest.jobs import JobQueue
from ingest.pipeline import CHUNK_PAGES
from ingest.workers import BEHIND_SEARCHES, LEASE_S, LOOK_EVERY_S, Task, Worker, end_for_good
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.ingest.dying import dies_at_its_second_chunk
from tests.tiny import HashedWords, pdf, wait_for

FAILS_ONCE = """
CREATE SEQUENCE ends;
CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('ends') = 1 THEN RAISE EXCEPTION 'the end of the first job is not taken'; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER fail_once BEFORE DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION fail_once();
"""


def upload(service: Service, content: bytes, name: str = "report.pdf") -> Job:
    service.create_collection("default")
    _, job = service.upload("default", name, [content], {})
    assert job is not None
    return job


def queued(database: Database) -> int:
    with psycopg.connect(database.conninfo) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
    assert row is not None
    return int(row[0])


def test_an_upload_waits_in_the_queue_and_is_gone_from_it_when_done(
    service: Service, database: Database
) -> None:
    job = upload(service, pdf("heron"))
    assert (queued(database), service.ledger.job(job.id).state) == (1, "queued")
    service.worker.run_until_empty()
    assert (queued(database), service.ledger.job(job.id).state) == (0, "done")


def test_an_upload_that_is_rolled_back_wakes_nobody(database: Database) -> None:
    queue = JobQueue(database.conninfo)
    with psycopg.connect(database.conninfo) as connection:
        queue.enqueue(connection, UUID(int=1))
        connection.rollback()
    assert queued(database) == 0


def test_a_job_that_the_queue_has_lost_is_put_back(service: Service, database: Database) -> None:
    job = upload(service, pdf("heron"))
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    service.worker.run_until_empty()
    assert service.ledger.job(job.id).state == "done"


@pytest.mark.usefixtures("service")
def test_a_job_whose_end_could_not_be_told_is_not_held_by_a_worker_that_lives(
    database: Database,
) -> None:
    runs: list[UUID] = []
    queue = JobQueue(database.conninfo)
    worker = Worker(queue, [Task("job", runs.append, list)], exclusive=True)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(FAILS_ONCE)
        queue.enqueue(connection, UUID(int=1))

    worker.start()
    wait_for(lambda: len(runs) > 1)
    worker.stop()

    assert runs == [UUID(int=1)] * 2
    assert queued(database) == 0


def test_a_task_that_loses_its_cancellation_is_cancelled_again() -> None:
    async def stubborn() -> None:
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    async def script() -> bool:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await end_for_good(task)
        return task.done()

    assert asyncio.run(script())


def test_working_until_the_queue_is_empty_retries_what_may_pass(
    service: Service, encoder: HashedWords
) -> None:
    failures = [Unavailable("once"), Unavailable("twice")]

    def fails_twice(_: int) -> None:
        if failures:
            raise failures.pop()

    encoder.before_pages = fails_twice
    job = upload(service, pdf("heron"))
    service.worker.run_until_empty()
    found = service.ledger.job(job.id)
    assert (found.state, found.attempts) == ("done", 3)


def test_working_until_the_queue_is_empty_ends_when_the_trouble_does_not(
    service: Service, encoder: HashedWords
) -> None:
    def fails(_: int) -> None:
        raise Unavailable("always")

    encoder.before_pages = fails
    job = upload(service, pdf("heron"))
    service.worker.run_until_empty()
    assert service.ledger.job(job.id).state == "failed"


def test_a_background_worker_indexes_what_arrives_and_ends_when_told(service: Service) -> None:
    service.worker.start()
    jobs = [upload(service, pdf(f"heron {n}")) for n in range(3)]
    wait_for(lambda: not service.ledger.open_jobs())
    service.worker.stop()
    assert [service.ledger.job(job.id).state for job in jobs] == ["done"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere niceness is of a whole process")
def test_work_beside_searches_lets_them_go_first(service: Service, encoder: HashedWords) -> None:
    seen: list[int] = []
    encoder.before_pages = lambda _: seen.append(os.getpriority(os.PRIO_PROCESS, 0))
    before = os.getpriority(os.PRIO_PROCESS, 0)
    upload(service, pdf("heron"))
    service.worker.start()
    wait_for(lambda: not service.ledger.open_jobs())
    service.worker.stop()
    assert seen == [min(before + BEHIND_SEARCHES, 19)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_a_service_that_closes_stops_behind_the_chunk_at_hand(
    database: Database, data_folder: Path
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait(_: int) -> None:
        reached.set()
        go_on.wait(20)

    service = open_service(data_folder, database, HashedWords(before_pages=wait))
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 1)))
    service.worker.start()
    assert reached.wait(20)
    closing = threading.Thread(target=service.close)
    closing.start()
    wait_for(service.indexer.stopping.is_set)
    go_on.set()
    closing.join()

    again = open_service(data_folder, database, HashedWords())
    assert again.ledger.job(job.id).pages_done == CHUNK_PAGES
    again.worker.run_until_empty()
    assert again.ledger.job(job.id).state == "done"
    again.close()


def test_stopping_a_worker_that_never_started_does_nothing(database: Database) -> None:
    Worker(JobQueue(database.conninfo), [], exclusive=True).stop()


def killed_at_its_second_chunk(service: Service, database: Database, data_folder: Path) -> Job:
    """Hand a document in, close the service, and have another process die at work on it."""
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 2)))
    service.close()
    dies_at_its_second_chunk(data_folder, database)
    return job


def test_a_killed_process_is_taken_over_behind_its_last_noted_page(
    service: Service, database: Database, data_folder: Path
) -> None:
    job = killed_at_its_second_chunk(service, database, data_folder)

    batches: list[int] = []
    again = open_service(data_folder, database, HashedWords(before_pages=batches.append))
    noted = again.catalog.pages(job.generation)
    assert [page.number for page in noted] == list(range(1, CHUNK_PAGES + 1))
    assert again.search("default", SearchQuery("heron")).hits == ()
    again.worker.run_until_empty()
    store = again.catalog.collection("default").store
    assert batches == [2]
    assert again.ledger.job(job.id).state == "done"
    assert again.vectors.count_pages(store, job.generation) == CHUNK_PAGES + 2
    assert len(again.search("default", SearchQuery("heron", limit=100)).hits) == CHUNK_PAGES + 2
    again.close()


def test_what_a_killed_worker_held_is_taken_over_when_its_lease_is_out(
    service: Service, database: Database, data_folder: Path
) -> None:
    job = killed_at_its_second_chunk(service, database, data_folder)
    held = queue_entries(database)

    again = open_service(data_folder, database, HashedWords())
    stores = again.indexer._stores  # noqa: SLF001  the service's own
    tasks = tasks_of("all", stores, again.indexer, again.rebuilder, again.telemetry)
    one_of_many = Worker(JobQueue(database.conninfo), tasks, exclusive=False)
    one_of_many.start()
    wait_for(lambda: queue_entries(database) != held, at_most_s=LEASE_S + LOOK_EVERY_S + 60)
    wait_for(lambda: not again.ledger.open_jobs(), at_most_s=60)
    one_of_many.stop()

    found = again.ledger.job(job.id)
    assert (found.state, found.fence) == ("done", 2)
    again.close()


def queue_entries(database: Database) -> list[int]:
    with psycopg.connect(database.conninfo) as connection:
        rows = connection.execute("SELECT id FROM procrastinate_jobs").fetchall()
    return [int(row[0]) for row in rows]
