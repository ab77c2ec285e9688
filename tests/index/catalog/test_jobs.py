from uuid import uuid4

import pytest

from index.catalog.database import Database
from index.catalog.entries import Failure, Job, StoredPage
from index.errors import CollectionNotFound, JobNotFound, JobNotOpen, JobNotRetryable
from tests.index.catalog.test_catalog import OTHER, SOURCE, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def failed(desk: Desk, job: Job) -> Job:
    desk.ledger.fail(job, Failure("encrypted", "it needs a password"))
    return desk.ledger.job(job.id)


def collect(desk: Desk) -> list[str]:
    """Forget what is dead, as a worker does; returns the blobs that go with it."""
    gone: list[str] = []
    for dead in desk.garbage.dead_generations():
        desk.garbage.forget(dead.id, gone.append)
    return gone


def replacing(desk: Desk) -> Job:
    """A ready document that is to get other bytes."""
    old = desk.ready()
    _, job = desk.intake.accept_replacement("c", old.document, OTHER)
    assert job is not None
    return job


def test_jobs_are_listed_newest_first_page_by_page(desk: Desk) -> None:
    first, second = desk.accept(), desk.accept(OTHER)

    begin = desk.ledger.jobs("c", limit=1)
    rest = desk.ledger.jobs("c", limit=1, after=second.id)

    assert [job.id for job in begin + rest] == [second.id, first.id]
    assert desk.ledger.jobs("c", after=first.id) == []


def test_jobs_are_listed_by_state(desk: Desk) -> None:
    done, waiting = desk.ready(), desk.accept(OTHER)

    assert [job.id for job in desk.ledger.jobs("c", state="done")] == [done.id]
    assert [job.id for job in desk.ledger.jobs("c", state="queued")] == [waiting.id]
    assert desk.ledger.jobs("c", state="failed") == []


def test_the_jobs_of_nothing_are_no_empty_list(desk: Desk) -> None:
    with pytest.raises(CollectionNotFound):
        desk.ledger.jobs("nowhere")
    with pytest.raises(JobNotFound):
        desk.ledger.jobs("c", after=uuid4())


def test_one_look_finds_the_jobs_that_are_there(desk: Desk) -> None:
    job = desk.accept()

    assert desk.ledger.look({job.id, uuid4()}) == {job.id: job}
    assert desk.ledger.look([]) == {}


def test_a_job_that_has_ended_cannot_be_cancelled(desk: Desk) -> None:
    job = desk.ready()

    with pytest.raises(JobNotOpen, match="it is done"):
        desk.ledger.cancel(job)

    assert desk.ledger.job(job.id).state == "done"


def test_a_cancelled_job_is_not_published_by_the_worker_that_runs_it(desk: Desk) -> None:
    job = desk.ledger.start(desk.accept().id)
    desk.ledger.cancel(job)

    assert not desk.ledger.progress(job, stage="reading", pages_done=1, pages_total=2)
    assert not desk.ledger.publish(job, n_pages=2, store="c-1")
    assert desk.catalog.document("c", job.document).state == "cancelled"


def test_a_replacement_that_is_cancelled_leaves_the_document_ready(desk: Desk) -> None:
    job = replacing(desk)
    desk.ledger.cancel(job)

    found = desk.catalog.document("c", job.document)

    assert (found.state, found.name, found.failure) == ("ready", SOURCE.name, None)


def test_what_failed_is_tried_again_by_a_new_job_with_the_same_bytes(desk: Desk) -> None:
    job = failed(desk, desk.accept())
    collect(desk)

    again = desk.intake.retry(job.id)

    assert again.id not in (job.id, None)
    assert (again.state, again.document) == ("queued", job.document)
    assert desk.ledger.source(again) == SOURCE
    assert desk.queued[-1] == again.id
    found = desk.catalog.document("c", job.document)
    assert (found.state, found.failure) == ("queued", None)
    assert desk.ledger.job(job.id) == job


def test_a_replacement_that_failed_is_tried_again_with_the_new_bytes(desk: Desk) -> None:
    job = failed(desk, replacing(desk))
    assert OTHER.sha256 not in collect(desk)

    again = desk.ledger.start(desk.intake.retry(job.id).id)

    assert desk.ledger.source(again) == OTHER
    desk.catalog.put_pages(again.generation, [StoredPage(1)])
    assert desk.ledger.publish(again, n_pages=1, store="c-1")
    assert desk.catalog.document("c", job.document).name == OTHER.name


@pytest.mark.parametrize("state", ["queued", "done"])
def test_a_job_that_neither_failed_nor_was_cancelled_is_not_tried_again(
    desk: Desk, state: str
) -> None:
    job = desk.accept() if state == "queued" else desk.ready()

    with pytest.raises(JobNotRetryable, match=f"is {state}"):
        desk.intake.retry(job.id)


def test_only_the_last_job_of_a_document_is_tried_again(desk: Desk) -> None:
    first = failed(desk, desk.accept())
    last = failed(desk, desk.intake.retry(first.id))

    with pytest.raises(JobNotRetryable, match=str(last.id)):
        desk.intake.retry(first.id)
    assert desk.intake.retry(last.id).state == "queued"


def test_a_deleted_documents_job_is_not_tried_again_and_its_bytes_go(desk: Desk) -> None:
    job = failed(desk, desk.accept())
    desk.catalog.delete_document("c", job.document)

    assert SOURCE.sha256 in collect(desk)
    with pytest.raises(JobNotRetryable):
        desk.intake.retry(job.id)


def test_bytes_kept_for_a_retry_go_when_others_take_their_place(desk: Desk) -> None:
    job = failed(desk, replacing(desk))
    third = desk.intake.accept_replacement(
        "c", job.document, type(SOURCE)(sha256="d" * 64, name="third.pdf", n_bytes=9)
    )

    assert third[1] is not None
    assert OTHER.sha256 in collect(desk)
