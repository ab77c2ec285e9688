import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.entries import Failure, Job, Source, StoredPage
from index.catalog.fillings import Fillings
from index.catalog.intake import Intake
from index.catalog.jobs import JobLedger
from index.catalog.rebuilds import RebuildLedger
from index.errors import CollectionNotFound, IndexSwitched, RebuildBusy, RebuildNotFound
from tests.index.test_manifest import manifest

NEW = replace(manifest(), encoder="other")


class Desk:
    """A catalog with one collection, and what was put in the queue."""

    def __init__(self, database: Database) -> None:
        self.queued: list[UUID] = []
        self.catalog = Catalog(database.engine)
        self.intake = Intake(database.engine, self._enqueue)
        self.jobs = JobLedger(database.engine)
        self.rebuilds = RebuildLedger(database.engine, self._enqueue)
        self.fillings = Fillings(database.engine)
        self.catalog.create_collection("c", manifest())

    def _enqueue(self, _: psycopg.Connection[Any], job: UUID) -> None:
        self.queued.append(job)

    def job(self, name: str = "report.pdf") -> Job:
        _, job = self.intake.accept("c", Source(f"{name:0>64}", name, 1), {})
        assert job is not None
        return self.jobs.start(job.id)

    def ready(self, name: str = "report.pdf", n_pages: int = 2) -> Job:
        job = self.job(name)
        pages = [StoredPage(n, image_sha256="1" * 64) for n in range(1, n_pages + 1)]
        self.catalog.put_pages(job.generation, pages)
        assert self.jobs.publish(job, n_pages=n_pages, store=self.catalog.collection("c").store)
        return job

    def state(self) -> str | None:
        found = self.rebuilds.find("c")
        return found.state if found else None


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_rebuild_is_queued_beside_the_index_that_answers(desk: Desk) -> None:
    begun = desk.rebuilds.begin("c", NEW)
    assert (begun.store, begun.state, begun.manifest) == ("c-2", "queued", NEW)
    assert desk.queued == [begun.id]
    assert desk.rebuilds.open_ids() == [begun.id]
    assert desk.catalog.collection("c").store == "c-1"
    assert desk.catalog.stores("c") == ["c-1", "c-2"]


def test_a_collection_has_one_rebuild(desk: Desk) -> None:
    desk.rebuilds.begin("c", NEW)
    with pytest.raises(RebuildBusy):
        desk.rebuilds.begin("c", NEW)
    with pytest.raises(CollectionNotFound):
        desk.rebuilds.begin("none", NEW)


def test_the_places_change_only_when_every_live_generation_is_complete(desk: Desk) -> None:
    first, second = desk.ready("a.pdf"), desk.ready("b.pdf")
    begun = desk.rebuilds.begin("c", NEW)
    desk.fillings.note("c-2", first.generation, 2, is_complete=True)
    desk.fillings.note("c-2", second.generation, 2)
    assert not desk.rebuilds.switch(begun)
    version = desk.catalog.collection("c").version
    desk.fillings.note("c-2", second.generation, 2, is_complete=True)
    assert desk.rebuilds.switch(begun)
    found, beside = desk.catalog.collection("c"), desk.rebuilds.find("c")
    assert beside is not None
    assert (found.store, found.manifest, found.version) == ("c-2", NEW, version + 1)
    assert (beside.store, beside.manifest, beside.state) == ("c-1", manifest(), "done")


def test_the_index_that_answered_is_noted_as_complete_but_for_what_comes_after(desk: Desk) -> None:
    old = desk.ready("a.pdf", n_pages=3)
    begun = desk.rebuilds.begin("c", NEW)
    desk.fillings.note("c-2", old.generation, 3, is_complete=True)
    desk.rebuilds.switch(begun)
    assert desk.fillings.unfilled("c", "c-1") == []
    new = desk.ready("b.pdf", n_pages=4)
    assert [left.generation for left in desk.fillings.unfilled("c", "c-1")] == [new.generation]
    assert desk.fillings.progress("c", "c-1") == (3, 7)


def test_what_was_stored_in_the_old_index_is_not_published_in_the_new(desk: Desk) -> None:
    job = desk.job()
    begun = desk.rebuilds.begin("c", NEW)
    assert desk.rebuilds.switch(begun)
    with pytest.raises(IndexSwitched):
        desk.jobs.publish(job, n_pages=1, store="c-1")
    assert desk.catalog.live_documents("c") == []
    assert desk.jobs.publish(job, n_pages=1, store="c-2")


def test_a_publish_and_a_switch_at_once_never_lose_a_document(desk: Desk) -> None:
    for n in range(5):
        job = desk.job(f"{n}.pdf")
        store = desk.catalog.collection("c").store
        begun = desk.rebuilds.begin("c", NEW)
        for left in desk.fillings.unfilled("c", begun.store):
            desk.fillings.note(begun.store, left.generation, 0, is_complete=True)
        start = threading.Barrier(2)
        refused: list[Job] = []

        def publish(job: Job, store: str, start: threading.Barrier, refused: list[Job]) -> None:
            start.wait()
            try:
                desk.jobs.publish(job, n_pages=1, store=store)
            except IndexSwitched:
                refused.append(job)

        publishing = threading.Thread(target=publish, args=[job, store, start, refused])
        publishing.start()
        start.wait()
        switched = desk.rebuilds.switch(begun)
        publishing.join()
        assert switched == bool(refused)
        beside = desk.rebuilds.find("c")
        assert beside is not None
        desk.rebuilds.condemn(beside)
        desk.rebuilds.forget(beside)
        if refused:
            desk.jobs.publish(job, n_pages=1, store=begun.store)


def test_an_ended_rebuild_neither_starts_nor_switches_nor_fails(desk: Desk) -> None:
    begun = desk.rebuilds.begin("c", NEW)
    desk.rebuilds.condemn(begun)
    assert desk.rebuilds.start(begun.id) is None
    assert not desk.rebuilds.gets_on(begun)
    assert not desk.rebuilds.is_held(begun)
    assert not desk.rebuilds.switch(begun)
    desk.rebuilds.fail(begun, Failure("late", "too late"))
    assert desk.state() == "ending"
    assert desk.queued == [begun.id]
    assert desk.catalog.stores("c") == ["c-1"]
    with desk.rebuilds.hold(begun) as is_held:
        assert not is_held


def test_attempts_are_counted_until_pages_are_done(desk: Desk) -> None:
    begun = desk.rebuilds.begin("c", NEW)
    starts = [desk.rebuilds.start(begun.id) for _ in range(2)]
    assert [found.attempts for found in starts if found] == [1, 2]
    assert starts[1] is not None
    desk.rebuilds.gets_on(starts[1])
    found = desk.rebuilds.find("c")
    assert found is not None
    assert found.attempts == 1


def test_a_failed_rebuild_is_opened_again_without_its_error(desk: Desk) -> None:
    begun = desk.rebuilds.begin("c", NEW)
    desk.rebuilds.fail(begun, Failure("broken", "it broke"))
    failed = desk.rebuilds.find("c")
    assert failed is not None
    assert failed.failure == Failure("broken", "it broke")
    again = desk.rebuilds.resume(failed, is_rollback=False)
    assert (again.state, again.failure) == ("queued", None)
    assert desk.queued == [begun.id] * 2
    with pytest.raises(RebuildNotFound):
        desk.rebuilds.resume(failed, is_rollback=False)


def test_the_name_of_a_forgotten_store_is_not_used_again(desk: Desk) -> None:
    begun = desk.rebuilds.begin("c", NEW)
    desk.rebuilds.condemn(begun)
    desk.rebuilds.forget(begun)
    assert desk.state() is None
    assert desk.rebuilds.begin("c", NEW).store == "c-3"


def test_a_deleted_collection_names_every_store_to_drop(desk: Desk) -> None:
    desk.rebuilds.condemn(desk.rebuilds.begin("c", NEW))
    assert desk.catalog.delete_collection("c") == ["c-1", "c-2"]
    assert desk.state() is None
