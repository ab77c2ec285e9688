import threading
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.pq import TransactionStatus

from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.entries import Failure, Job, Source, StoredPage
from index.catalog.filters import DocumentFilter
from index.catalog.garbage import Garbage
from index.catalog.intake import Intake
from index.catalog.jobs import JobLedger
from index.catalog.schema import metadata as tables
from index.errors import (
    CollectionExists,
    CollectionNotFound,
    Conflict,
    DocumentBusy,
    DocumentNotFound,
    InvalidFilter,
    JobNotFound,
    PageNotFound,
)
from tests.index.test_manifest import manifest

SOURCE = Source(sha256="a" * 64, name="report.pdf", n_bytes=10)
OTHER = Source(sha256="b" * 64, name="report-2.pdf", n_bytes=12)


class Desk:
    """A catalog with one collection, and what was put in the queue."""

    def __init__(self, database: Database) -> None:
        self.catalog = Catalog(database.engine)
        self.queued: list[UUID] = []
        self.intake = Intake(database.engine, self._enqueue)
        self.ledger = JobLedger(database.engine)
        self.garbage = Garbage(database.engine)
        self.catalog.create_collection("c", manifest())

    def _enqueue(self, connection: psycopg.Connection[Any], job: UUID) -> None:
        assert connection.info.transaction_status == TransactionStatus.INTRANS
        self.queued.append(job)

    def accept(self, source: Source = SOURCE, **metadata: Any) -> Job:
        _, job = self.intake.accept("c", source, metadata)
        assert job is not None
        return job

    def ready(self, source: Source = SOURCE, **metadata: Any) -> Job:
        job = self.ledger.start(self.accept(source, **metadata).id)
        self.catalog.put_pages(job.generation, [StoredPage(1, image_sha256="1" * 64)])
        assert self.ledger.publish(job, n_pages=1, store="c-1")
        return job


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def live_names(desk: Desk, only: DocumentFilter | None = None) -> list[str]:
    return [live.name for live in desk.catalog.live_documents("c", only)]


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or not (name or "").startswith(("procrastinate", "alembic"))
                )
            },
        )
        assert compare_metadata(context, tables) == []


def test_migrating_twice_equals_migrating_once(database: Database) -> None:
    again = Database(database.engine.url.render_as_string(hide_password=False))
    again.close()


def test_a_page_keeps_what_speaks_against_it(desk: Desk) -> None:
    job = desk.accept()
    flagged = StoredPage(1, n_hidden=2, n_set_aside=3, flags=("override", "hidden:role"))
    desk.catalog.put_pages(job.generation, [flagged])
    assert desk.catalog.pages(job.generation) == [flagged]


def test_a_collection_is_made_once_and_found_again(desk: Desk) -> None:
    again = desk.catalog.create_collection("c", manifest())

    assert again == desk.catalog.collection("c")
    assert [c.name for c in desk.catalog.collections()] == ["c"]


def test_a_collection_with_other_settings_is_not_made_over(desk: Desk) -> None:
    with pytest.raises(CollectionExists):
        desk.catalog.create_collection("c", manifest(dim=4))


def test_a_missing_collection_is_named(desk: Desk) -> None:
    with pytest.raises(CollectionNotFound, match="'nowhere'"):
        desk.intake.accept("nowhere", SOURCE, {})


def test_an_upload_is_queued_and_not_yet_visible(desk: Desk) -> None:
    job = desk.accept()

    assert desk.queued == [job.id]
    assert desk.catalog.document("c", job.document).state == "queued"
    assert live_names(desk) == []


def test_the_same_bytes_again_are_the_same_document(desk: Desk) -> None:
    first = desk.accept()

    document, job = desk.intake.accept("c", SOURCE, {"other": "metadata"})

    assert (document.id, job) == (first.document, None)


def test_a_published_document_is_visible_with_its_pages(desk: Desk) -> None:
    before = desk.catalog.collection("c").version
    job = desk.ready()

    document = desk.catalog.document("c", job.document)

    assert (document.state, document.n_pages) == ("ready", 1)
    assert live_names(desk) == ["report.pdf"]
    assert desk.catalog.page("c", job.document, 1).image_sha256 == "1" * 64
    assert desk.catalog.collection("c").version == before + 1


def test_a_page_that_is_not_there_is_named(desk: Desk) -> None:
    job = desk.ready()

    with pytest.raises(PageNotFound, match="no page 2"):
        desk.catalog.page("c", job.document, 2)


def test_a_page_can_be_noted_again(desk: Desk) -> None:
    job = desk.ready()

    desk.catalog.put_pages(job.generation, [StoredPage(1, failure=Failure("x", "y"))])

    assert desk.catalog.pages(job.generation) == [StoredPage(1, failure=Failure("x", "y"))]


def test_a_failed_document_says_why_and_can_be_tried_again(desk: Desk) -> None:
    job = desk.ledger.start(desk.accept().id)
    desk.ledger.fail(job, Failure("encrypted", "it needs a password"))

    failed = desk.catalog.document("c", job.document)
    document, again = desk.intake.accept("c", SOURCE, {})

    assert failed.failure == Failure("encrypted", "it needs a password")
    assert (failed.state, document.state) == ("failed", "queued")
    assert document.failure is None
    assert again is not None
    assert again.generation != job.generation


def test_a_replacement_keeps_the_old_version_visible_until_it_is_ready(desk: Desk) -> None:
    old = desk.ready()
    _, job = desk.intake.accept_replacement("c", old.document, OTHER)
    assert job is not None

    during = desk.catalog.live_documents("c")
    job = desk.ledger.start(job.id)
    desk.ledger.publish(job, n_pages=3, store="c-1")
    after = desk.catalog.live_documents("c")

    assert [(d.generation, d.name) for d in during] == [(old.generation, "report.pdf")]
    assert [(d.generation, d.name) for d in after] == [(job.generation, "report-2.pdf")]
    assert [g.id for g in desk.garbage.dead_generations()] == [old.generation]


def test_a_replacement_that_fails_leaves_the_old_version(desk: Desk) -> None:
    old = desk.ready()
    _, job = desk.intake.accept_replacement("c", old.document, OTHER)
    assert job is not None

    desk.ledger.fail(job, Failure("corrupt", "no"))

    assert desk.catalog.document("c", old.document).state == "ready"
    assert live_names(desk) == ["report.pdf"]


def test_a_replacement_waits_for_the_work_at_hand(desk: Desk) -> None:
    job = desk.accept()

    with pytest.raises(DocumentBusy):
        desk.intake.accept_replacement("c", job.document, OTHER)


def test_two_documents_cannot_hold_the_same_bytes(desk: Desk) -> None:
    first, second = desk.ready(), desk.ready(OTHER)

    with pytest.raises(Conflict, match=str(first.document)):
        desk.intake.accept_replacement("c", second.document, SOURCE)


def test_the_old_bytes_of_a_replaced_document_may_come_back_as_another(desk: Desk) -> None:
    old = desk.ready()
    _, job = desk.intake.accept_replacement("c", old.document, OTHER)
    assert job is not None
    desk.ledger.publish(job, n_pages=1, store="c-1")

    document, _ = desk.intake.accept("c", SOURCE, {})

    assert document.id != old.document


def test_a_deleted_document_is_gone_from_every_read_at_once(desk: Desk) -> None:
    job = desk.ready()

    desk.catalog.delete_document("c", job.document)

    assert live_names(desk) == []
    with pytest.raises(DocumentNotFound):
        desk.catalog.document("c", job.document)
    with pytest.raises(DocumentNotFound):
        desk.catalog.delete_document("c", job.document)


def test_delete_wins_over_a_running_job(desk: Desk) -> None:
    job = desk.ledger.start(desk.accept().id)

    desk.catalog.delete_document("c", job.document)

    assert not desk.ledger.progress(job, stage="read", pages_done=1, pages_total=2)
    assert not desk.ledger.publish(job, n_pages=2, store="c-1")
    assert live_names(desk) == []
    assert desk.ledger.job(job.id).state == "cancelled"


def test_a_cancelled_job_stays_cancelled(desk: Desk) -> None:
    job = desk.accept()
    desk.ledger.cancel(job)

    assert desk.ledger.start(job.id).state == "cancelled"
    assert desk.catalog.document("c", job.document).state == "cancelled"
    assert desk.ledger.open_jobs() == []


def test_attempts_are_counted(desk: Desk) -> None:
    job = desk.accept()

    assert desk.ledger.start(job.id).attempts == 1
    assert desk.ledger.start(job.id).attempts == 2
    assert [j.id for j in desk.ledger.open_jobs()] == [job.id]


def test_a_missing_job_is_named(desk: Desk) -> None:
    with pytest.raises(JobNotFound):
        desk.ledger.job(uuid4())


def test_garbage_gives_up_only_blobs_that_nothing_else_holds(desk: Desk) -> None:
    job, other = desk.accept(), desk.accept(OTHER)
    shared, own = "5" * 64, "6" * 64
    desk.catalog.put_pages(
        job.generation, [StoredPage(1, image_sha256=shared), StoredPage(2, image_sha256=own)]
    )
    desk.catalog.put_pages(other.generation, [StoredPage(1, image_sha256=shared)])
    desk.catalog.delete_document("c", job.document)

    freed: list[str] = []
    desk.garbage.forget(job.generation, freed.append)

    assert freed == sorted([own, SOURCE.sha256])
    desk.garbage.forget(job.generation, lambda sha256: pytest.fail(f"{sha256} is gone already"))


def test_a_generation_is_held_only_while_it_is_being_built(desk: Desk) -> None:
    job = desk.accept()
    with desk.garbage.hold(job.generation) as is_building:
        assert is_building
    desk.catalog.delete_document("c", job.document)
    with desk.garbage.hold(job.generation) as is_building:
        assert not is_building


def test_a_delete_waits_while_the_generation_is_held(desk: Desk) -> None:
    job = desk.accept()
    deleting = threading.Thread(target=desk.catalog.delete_document, args=["c", job.document])
    with desk.garbage.hold(job.generation):
        deleting.start()
        deleting.join(0.3)
        assert desk.garbage.dead_generations() == []
    deleting.join()
    assert [dead.id for dead in desk.garbage.dead_generations()] == [job.generation]


def test_a_condemned_collection_is_empty_and_its_generations_dead(desk: Desk) -> None:
    job = desk.ready()
    desk.garbage.condemn("c")
    assert desk.catalog.documents("c") == []
    assert desk.catalog.live_documents("c") == []
    assert [dead.id for dead in desk.garbage.dead_generations()] == [job.generation]
    assert desk.catalog.collection("c").version == 2


def test_a_document_that_failed_is_taken_in_again_as_another_generation(desk: Desk) -> None:
    first = desk.ledger.start(desk.accept().id)
    desk.ledger.fail(first, Failure("corrupt", "it is"))
    desk.garbage.forget(first.generation, lambda _: None)
    second = desk.accept()
    assert second.document == first.document
    assert second.generation != first.generation


def test_deleting_a_collection_forgets_its_documents(desk: Desk) -> None:
    desk.ready()

    assert desk.catalog.delete_collection("c") == ["c-1"]
    with pytest.raises(CollectionNotFound):
        desk.catalog.documents("c")


def test_documents_are_listed_in_pages(desk: Desk) -> None:
    sources = [Source(f"{n:064x}", f"{n}.pdf", 1) for n in range(5)]
    for source in sources:
        desk.accept(source)

    first = desk.catalog.documents("c", limit=3)
    rest = desk.catalog.documents("c", limit=3, after=first[-1].id)

    assert len(first) == 3
    assert len({d.id for d in first + rest}) == 5


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (DocumentFilter(names=["report.pdf"]), ["report.pdf"]),
        (DocumentFilter(names=["rep*"]), ["report-2.pdf", "report.pdf"]),
        (DocumentFilter(names=["%"]), []),
        (DocumentFilter(metadata={"year": 2020}), ["report.pdf"]),
        (DocumentFilter(metadata={"year": "2020"}), []),
        (
            DocumentFilter(metadata={"year": {"gte": 2020, "lt": 2022}}),
            ["report-2.pdf", "report.pdf"],
        ),
        (DocumentFilter(metadata={"year": {"in": [2021, 1999]}}), ["report-2.pdf"]),
        (DocumentFilter(metadata={"kind": {"not": "tax"}}), ["report-2.pdf"]),
        (DocumentFilter(metadata={"kind": "tax", "final": True}), ["report.pdf"]),
        (DocumentFilter(metadata={"kind": {"gt": 3}}), []),
        (DocumentFilter(metadata={"year'; DROP TABLE jobs": "x"}), []),
    ],
)
def test_filters_choose_documents(desk: Desk, only: DocumentFilter, expected: list[str]) -> None:
    desk.ready(year=2020, kind="tax", final=True)
    desk.ready(OTHER, year=2021)

    assert sorted(live_names(desk, only)) == expected


def test_a_filter_on_ids_chooses_those(desk: Desk) -> None:
    desk.ready()
    other = desk.ready(OTHER)

    assert live_names(desk, DocumentFilter(documents=[other.document])) == ["report-2.pdf"]


@pytest.mark.parametrize(
    "condition", [None, [], {}, {"like": "x"}, {"gt": "x"}, {"in": []}, {"in": "x"}, {"gte": True}]
)
def test_a_filter_that_is_not_understood_is_refused(condition: object) -> None:
    with pytest.raises(InvalidFilter):
        DocumentFilter(metadata={"year": condition})
