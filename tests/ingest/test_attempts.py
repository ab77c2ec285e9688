import errno
from collections.abc import Callable

import psycopg
import pytest

from index.catalog.database import Database
from index.catalog.entries import Job
from index.errors import (
    Corrupt,
    EncoderOutOfMemory,
    PagesightError,
    StorageFull,
    VectorStoreUnavailable,
)
from ingest.attempts import MAX_ATTEMPTS, OUTSIDE, Attempt, Attempts, Patience
from ingest.stores import WorkInterrupted
from tests.index.catalog.test_catalog import Desk
from tests.index.catalog.test_leases import Waiting

AT_ONCE = Patience(first_s=0, rest_s=0)


class Broken(Exception):
    """An error that nobody foresaw."""


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def waiting(database: Database) -> Waiting:
    return Waiting(database)


def raising(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def run(attempts: Attempts, desk: Desk, job: Job, work: Callable[[], None]) -> Job:
    """Start a job and try it, as a worker does."""
    started = desk.ledger.start(job.id)

    def fail(failure: object) -> None:
        desk.ledger.fail(started, failure)  # type: ignore[arg-type]  # a Failure it is

    attempts.run(Attempt(started.lease, "indexing", started.attempts, started.waits, fail), work)
    return desk.ledger.job(job.id)


@pytest.mark.parametrize("cause", OUTSIDE, ids=lambda cause: cause.code)
def test_what_lies_outside_of_the_document_is_waited_for_and_uses_up_no_attempt(
    desk: Desk, waiting: Waiting, cause: type[PagesightError]
) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()

    for n in range(1, 2 * MAX_ATTEMPTS + 1):
        found = run(attempts, desk, job, raising(cause("it is away")))
        assert (found.state, found.stage, found.attempts, found.waits) == (
            "queued",
            "waiting",
            0,
            n,
        )
        assert found.failure is not None
        assert (found.failure.code, found.failure.message) == (cause.code, "it is away")

    assert run(attempts, desk, job, lambda: None).failure is None


def test_a_process_without_file_descriptors_waits_and_uses_up_no_attempt(
    desk: Desk, waiting: Waiting
) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()

    for _ in range(2 * MAX_ATTEMPTS):
        found = run(attempts, desk, job, raising(OSError(errno.EMFILE, "Too many open files")))

    assert (found.state, found.stage, found.attempts) == ("queued", "waiting", 0)
    assert found.failure is not None
    assert found.failure.code == "overloaded"


def test_what_never_comes_back_fails_the_job_with_its_code_in_the_end(
    database: Database, desk: Desk, waiting: Waiting
) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()
    away = raising(VectorStoreUnavailable("it is away"))
    assert run(attempts, desk, job, away).state == "queued"
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("UPDATE jobs SET waits_since = waits_since - interval '7 hours'")

    found = run(attempts, desk, job, away)

    assert found.state == "failed"
    assert found.failure is not None
    assert found.failure.code == "vector_store_unavailable"


def test_pauses_grow_and_are_not_all_alike(desk: Desk, waiting: Waiting) -> None:
    drawn = iter([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.99])
    patience = Patience(first_s=2, most_s=60, rest_s=0)
    attempts = Attempts(waiting.leases, patience, draw=lambda: next(drawn))
    job = desk.accept()
    for _ in range(8):
        run(attempts, desk, job, raising(StorageFull("no room")))
    assert [round(after_s, 1) for _, _, after_s in waiting.woken] == [1, 3, 4, 8, 16, 30, 30, 59.7]


@pytest.mark.parametrize("error", [Broken("secret"), EncoderOutOfMemory("one page alone")])
def test_what_may_be_the_documents_own_fault_is_tried_a_few_times(
    desk: Desk, waiting: Waiting, error: Exception
) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()
    states = [run(attempts, desk, job, raising(error)).state for _ in range(MAX_ATTEMPTS)]
    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]
    failure = desk.ledger.job(job.id).failure
    assert failure is not None
    assert failure.code == getattr(error, "code", "internal_error")
    assert "secret" not in failure.message


def test_what_is_the_documents_own_fault_is_not_tried_again(desk: Desk, waiting: Waiting) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()
    assert run(attempts, desk, job, raising(Corrupt("it is"))).state == "failed"


def test_work_that_is_interrupted_goes_back_at_once_and_uses_up_no_attempt(
    desk: Desk, waiting: Waiting
) -> None:
    attempts, job = Attempts(waiting.leases, AT_ONCE), desk.accept()
    for _ in range(2 * MAX_ATTEMPTS):
        found = run(attempts, desk, job, raising(WorkInterrupted()))
    assert (found.state, found.attempts, found.waits, found.failure) == ("queued", 0, 0, None)
    assert waiting.woken == [("job", job.id, 0.0)] * 2 * MAX_ATTEMPTS


def test_a_job_whose_worker_died_each_time_is_given_up_and_says_how_far_it_came(
    desk: Desk, waiting: Waiting
) -> None:
    job = desk.accept()
    for _ in range(MAX_ATTEMPTS):
        desk.ledger.start(job.id)
    found = run(Attempts(waiting.leases, AT_ONCE), desk, job, lambda: pytest.fail("once more"))
    assert found.failure is not None
    assert (found.state, found.failure.code) == ("failed", "gave_up")
    assert found.failure.message == "indexing was begun 3 times and got no further"


def test_a_worker_that_stops_does_not_wait_for_what_is_away(desk: Desk, waiting: Waiting) -> None:
    attempts, job = Attempts(waiting.leases, Patience(rest_s=600)), desk.accept()
    attempts.stopping.set()
    assert run(attempts, desk, job, raising(StorageFull("no room"))).state == "queued"
