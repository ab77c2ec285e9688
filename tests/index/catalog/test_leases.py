import threading
import time
from typing import Any
from uuid import UUID

import psycopg
import pytest

from index.catalog.database import Database
from index.catalog.entries import Failure, Job, Pause, StoredPage
from index.catalog.garbage import Garbage
from index.catalog.leases import Leases, WorkKind
from index.catalog.rebuilds import RebuildLedger
from index.errors import DatabaseUnavailable
from tests.index.catalog.test_catalog import Desk
from tests.index.test_manifest import manifest

AWAY = Failure("vector_store_unavailable", "it does not answer")


class Waiting:
    """Leases, and what was woken when."""

    def __init__(self, database: Database) -> None:
        self.woken: list[tuple[WorkKind, UUID, float]] = []
        self.leases = Leases(database.engine, self._wake)

    def _wake(self, _: psycopg.Connection[Any], kind: WorkKind, work: UUID, after_s: float) -> None:
        self.woken.append((kind, work, after_s))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def waiting(database: Database) -> Waiting:
    return Waiting(database)


def two_starts(desk: Desk) -> tuple[Job, Job]:
    """A job that was started by one worker, and then by another."""
    job = desk.accept()
    return desk.ledger.start(job.id), desk.ledger.start(job.id)


def progress(desk: Desk, job: Job, done: int = 1) -> bool:
    return desk.ledger.progress(job, stage="reading", pages_done=done, pages_total=9)


def test_a_job_belongs_to_whoever_started_it_last(desk: Desk, waiting: Waiting) -> None:
    zombie, owner = two_starts(desk)

    assert not progress(desk, zombie)
    assert not desk.ledger.gets_on(zombie, stage="encoding")
    assert not desk.ledger.note_read(zombie)
    assert not desk.ledger.publish(zombie, n_pages=1, store="c-1")
    assert waiting.leases.pause(zombie.lease, Pause(AWAY)) is None
    desk.ledger.fail(zombie, Failure("corrupt", "it is not"))
    with desk.garbage.hold(zombie.generation, lease=zombie.lease) as hold:
        assert not hold

    assert desk.ledger.job(owner.id) == owner
    assert waiting.woken == []
    with desk.garbage.hold(owner.generation, lease=owner.lease) as hold:
        assert hold
    assert progress(desk, owner)
    desk.catalog.put_pages(owner.generation, [StoredPage(1)])
    assert desk.ledger.publish(owner, n_pages=1, store="c-1")


def test_a_rebuild_belongs_to_whoever_started_it_last(
    database: Database, desk: Desk, waiting: Waiting
) -> None:
    ledger = RebuildLedger(database.engine, lambda _connection, _work: None)
    begun = ledger.begin("c", manifest()).id
    zombie, owner = ledger.start(begun), ledger.start(begun)
    assert zombie is not None
    assert owner is not None

    assert not ledger.is_held(zombie)
    assert not ledger.gets_on(zombie)
    assert not ledger.switch(zombie)
    assert waiting.leases.pause(zombie.lease, Pause()) is None
    ledger.fail(zombie, Failure("late", "too late"))
    with ledger.hold(zombie) as is_held:
        assert not is_held

    assert ledger.find("c") == owner
    assert ledger.switch(owner)
    assert desk.catalog.collection("c").store == "c-2"


def test_work_that_waits_says_what_for_and_uses_up_no_attempt(desk: Desk, waiting: Waiting) -> None:
    job = desk.ledger.start(desk.accept().id)

    assert waiting.leases.pause(job.lease, Pause(AWAY, 7.5)) == pytest.approx(0, abs=1)

    found = desk.ledger.job(job.id)
    assert (found.state, found.stage, found.failure) == ("queued", "waiting", AWAY)
    assert (found.attempts, found.waits) == (0, 1)
    assert waiting.woken == [("job", job.id, 7.5)]
    again = desk.ledger.start(job.id)
    assert (again.state, again.failure, again.attempts) == ("running", None, 1)


def test_a_pause_that_is_asked_for_again_is_made_once(desk: Desk, waiting: Waiting) -> None:
    job = desk.ledger.start(desk.accept().id)
    waiting.leases.pause(job.lease, Pause(AWAY))
    assert waiting.leases.pause(job.lease, Pause(AWAY)) is None
    assert len(waiting.woken) == 1


def test_an_attempt_that_failed_counts_through_its_pause(desk: Desk, waiting: Waiting) -> None:
    job = desk.ledger.start(desk.accept().id)
    waiting.leases.pause(job.lease, Pause(AWAY, is_attempt=True))
    assert desk.ledger.job(job.id).attempts == 1


def test_the_time_of_waiting_counts_from_the_first_pause_until_work_gets_on(
    database: Database, desk: Desk, waiting: Waiting
) -> None:
    job = desk.accept()
    waiting.leases.pause(desk.ledger.start(job.id).lease, Pause(AWAY))
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("UPDATE jobs SET waits_since = waits_since - interval '1 hour'")

    waited_s = waiting.leases.pause(desk.ledger.start(job.id).lease, Pause(AWAY))
    assert waited_s == pytest.approx(3600, abs=5)
    assert desk.ledger.job(job.id).waits == 2

    progress(desk, desk.ledger.start(job.id))
    assert desk.ledger.job(job.id).waits == 0
    again = waiting.leases.pause(desk.ledger.job(job.id).lease, Pause(AWAY))
    assert again == pytest.approx(0, abs=1)


def test_a_job_whose_pages_are_kept_wakes_those_who_make_rows(desk: Desk, waiting: Waiting) -> None:
    job = desk.ledger.start(desk.accept().id)
    assert desk.ledger.open_ids(is_read=False) == [job.id]
    desk.ledger.note_read(job)
    waiting.leases.pause(job.lease, Pause())
    assert waiting.woken == [("read_job", job.id, 0.0)]
    assert desk.ledger.open_ids(is_read=False) == []
    assert desk.ledger.open_ids(is_read=True) == [job.id]


def test_nobody_starts_a_job_while_something_is_stored_for_it(desk: Desk) -> None:
    job = desk.ledger.start(desk.accept().id)
    starting = threading.Thread(target=desk.ledger.start, args=[job.id])
    with desk.garbage.hold(job.generation, lease=job.lease) as hold:
        starting.start()
        starting.join(0.3)
        assert starting.is_alive()
        hold.go_on()
    starting.join()
    assert desk.ledger.job(job.id).fence == job.fence + 1


def test_who_is_silent_while_it_holds_a_generation_loses_it(database: Database, desk: Desk) -> None:
    impatient = Garbage(database.engine, silent_s=1)
    job = desk.ledger.start(desk.accept().id)

    def store_late() -> None:
        with impatient.hold(job.generation, lease=job.lease) as hold:
            assert desk.ledger.start(job.id).fence == job.fence + 1  # once the hold is lost
            hold.go_on()

    with pytest.raises(DatabaseUnavailable):
        store_late()


def test_storing_that_goes_on_keeps_its_hold(database: Database, desk: Desk) -> None:
    impatient = Garbage(database.engine, silent_s=1)
    job = desk.ledger.start(desk.accept().id)
    with impatient.hold(job.generation, lease=job.lease) as hold:
        for _ in range(4):
            time.sleep(0.4)
            hold.go_on()
        assert hold
