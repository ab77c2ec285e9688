from pathlib import Path
from uuid import UUID

import pytest

from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Document, Job
from index.errors import BlobNotFound, StorageFull, Unavailable
from ingest.attempts import MAX_ATTEMPTS
from ingest.pipeline import CHUNK_PAGES
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.tiny import HashedWords, pdf

REPORT = pdf("The dam is twelve metres tall", "Herons nest on the island")


class Broken(Exception):
    """What a test breaks the encoder with."""


def upload(service: Service, content: bytes = REPORT, name: str = "report.pdf") -> Job:
    service.create_collection("default")
    _, job = service.upload("default", name, [content], {})
    assert job is not None
    return job


def run(service: Service, job: Job) -> Job:
    service.indexer.run(job.id)
    return service.ledger.job(job.id)


def run_to_its_end(service: Service, job: Job) -> Job:
    """Run a job as often as it is put back."""
    while (found := run(service, job)).state == "queued":
        pass
    return found


def document(service: Service, job: Job) -> Document:
    return service.catalog.document("default", job.document)


def found(service: Service, text: str = "heron") -> list[tuple[str, int]]:
    hits = service.search("default", SearchQuery(text, limit=100)).hits
    return [(hit.name, hit.page) for hit in hits]


def n_points(service: Service, generation: UUID) -> int:
    store = service.catalog.collection("default").store
    return service.vectors.count_pages(store, generation)


def n_blobs(service: Service) -> int:
    return sum(path.is_file() for path in (service.settings.data / "blobs").rglob("*"))


def test_an_uploaded_document_becomes_searchable_page_by_page(service: Service) -> None:
    job = run(service, upload(service))
    assert (job.state, job.pages_done, job.pages_total) == ("done", 2, 2)
    assert document(service, job).state == "ready"
    assert found(service, "herons")[0] == ("report.pdf", 2)
    assert found(service, "dam")[0] == ("report.pdf", 1)


def test_each_page_keeps_its_picture_its_words_and_where_they_came_from(service: Service) -> None:
    job = run(service, upload(service))
    pages = service.catalog.pages(job.generation)
    assert [page.number for page in pages] == [1, 2]
    assert [page.n_words for page in pages] == [6, 5]
    assert {page.word_source for page in pages} == {"text_layer"}
    assert {page.engine for page in pages} == {"pdfium"}
    for page in pages:
        assert service.blobs.read(page.image_sha256 or "")[:3] == b"\xff\xd8\xff"


def test_a_document_is_seen_by_nobody_before_its_last_page_is_in(
    service: Service, encoder: HashedWords
) -> None:
    seen = []
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 2)))
    encoder.before_pages = lambda _: seen.append(found(service))
    run(service, job)
    assert seen == [[], []]
    assert len(found(service)) == CHUNK_PAGES + 2


def test_a_replaced_document_shows_its_old_pages_until_all_new_ones_are_in(
    service: Service, encoder: HashedWords
) -> None:
    old = run(service, upload(service, pdf("heron one", "heron two")))
    _, job = service.replace("default", old.document, "new.pdf", [pdf(*["heron"] * 9)])
    assert job is not None
    seen = []
    encoder.before_pages = lambda _: seen.append(sorted(found(service)))
    run(service, job)
    assert seen == [[("report.pdf", 1), ("report.pdf", 2)]] * 2
    assert sorted(found(service)) == [("new.pdf", page) for page in range(1, 10)]


def test_what_a_replacement_leaves_behind_is_collected(service: Service) -> None:
    old = run(service, upload(service))
    before = n_blobs(service)
    _, job = service.replace("default", old.document, "new.pdf", [pdf("one page")])
    assert job is not None
    run(service, job)
    assert n_points(service, old.generation) == 0
    assert n_blobs(service) == before - 2


def test_a_document_that_cannot_be_read_fails_with_the_reason(service: Service) -> None:
    job = run(service, upload(service, b"just text", "notes.txt"))
    failure = document(service, job).failure
    assert job.state == "failed"
    assert failure is not None
    assert failure.code == "not_a_document"
    assert job.failure == failure


def test_bytes_that_failed_before_are_tried_again(service: Service, encoder: HashedWords) -> None:
    def broken(_: int) -> None:
        raise Broken

    encoder.before_pages = broken
    assert run_to_its_end(service, upload(service)).state == "failed"
    encoder.before_pages = lambda _: None
    again = run(service, upload(service))
    assert again.state == "done"
    assert document(service, again).state == "ready"
    assert document(service, again).failure is None


def test_an_unexpected_error_fails_the_job_and_keeps_its_text_to_the_log(
    service: Service, encoder: HashedWords, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: int) -> None:
        raise Broken("secret")

    encoder.before_pages = broken
    failure = run_to_its_end(service, upload(service)).failure
    assert failure is not None
    assert failure.code == "internal_error"
    assert "secret" not in failure.message
    assert "secret" in caplog.text


def test_a_failed_job_leaves_neither_points_nor_blobs(
    service: Service, encoder: HashedWords
) -> None:
    batches = []

    def second_breaks(n_pages: int) -> None:
        batches.append(n_pages)
        if len(batches) >= 2:
            raise Broken

    encoder.before_pages = second_breaks
    job = run_to_its_end(service, upload(service, pdf(*["heron"] * (CHUNK_PAGES + 1))))
    assert job.state == "failed"
    assert n_points(service, job.generation) == 0
    assert service.catalog.pages(job.generation) == []
    assert n_blobs(service) == 1  # the original: the document may be tried again


def test_a_blank_page_is_a_page_that_no_question_finds(service: Service) -> None:
    job = run(service, upload(service, pdf("heron", "", "heron")))
    assert document(service, job).n_pages == 3
    assert sorted(page for _, page in found(service)) == [1, 3]
    assert service.pages.picture("default", job.document, 2)


def test_a_document_of_blank_pages_is_ready_and_never_found(service: Service) -> None:
    job = run(service, upload(service, pdf("", "")))
    assert document(service, job).state == "ready"
    assert found(service) == []


def test_a_passing_trouble_leaves_the_job_open_and_a_lasting_one_ends_it(
    service: Service, encoder: HashedWords
) -> None:
    def unavailable(_: int) -> None:
        raise Unavailable("the store does not answer")

    encoder.before_pages = unavailable
    job = upload(service)
    states = [run(service, job).state for _ in range(MAX_ATTEMPTS)]
    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]
    failure = document(service, job).failure
    assert failure is not None
    assert failure.code == "unavailable"


def test_a_job_that_is_run_again_starts_behind_the_last_noted_page(
    service: Service, encoder: HashedWords
) -> None:
    batches = []

    def second_fails(n_pages: int) -> None:
        batches.append(n_pages)
        if len(batches) == 2:
            raise Unavailable("once")

    encoder.before_pages = second_fails
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 3)))
    assert run(service, job).state == "queued"
    assert run(service, job).state == "done"
    assert batches == [CHUNK_PAGES, 3, 3]
    assert n_points(service, job.generation) == CHUNK_PAGES + 3
    assert len(found(service)) == CHUNK_PAGES + 3


def test_a_job_whose_process_dies_each_time_is_given_up(service: Service) -> None:
    job = upload(service)
    for _ in range(MAX_ATTEMPTS):
        service.ledger.start(job.id)
    assert run(service, job).state == "failed"
    failure = document(service, job).failure
    assert failure is not None
    assert failure.code == "gave_up"


def test_pages_that_are_done_start_the_count_of_attempts_anew(service: Service) -> None:
    job = upload(service)
    for _ in range(MAX_ATTEMPTS):
        service.ledger.start(job.id)
    job = service.ledger.job(job.id)
    service.ledger.progress(job, stage="reading", pages_done=8, pages_total=20)
    assert service.ledger.job(job.id).attempts == 1


def test_a_page_that_cannot_be_drawn_is_listed_and_the_others_are_found(service: Service) -> None:
    job = run(service, upload(service, pdf("heron", "heron", "heron", strips=[2])))
    failed = [page for page in service.catalog.pages(job.generation) if page.failure]
    assert job.state == "done"
    assert sorted(page for _, page in found(service)) == [1, 3]
    assert [(page.number, page.failure and page.failure.code) for page in failed] == [
        (2, "page_too_large")
    ]


def test_a_document_of_which_no_page_can_be_drawn_fails_with_the_first_reason(
    service: Service,
) -> None:
    job = run(service, upload(service, pdf("heron", "heron", strips=[1, 2])))
    assert job.failure is not None
    assert job.failure.code == "page_too_large"


def test_a_job_of_a_collection_that_is_gone_is_no_error(service: Service) -> None:
    job = upload(service)
    service.delete_collection("default")
    service.indexer.run(job.id)


def test_running_a_finished_job_again_does_nothing(service: Service, encoder: HashedWords) -> None:
    job = run(service, upload(service))
    encoder.before_pages = lambda _: pytest.fail("nothing is left to encode")
    assert run(service, job) == job


def test_a_full_disk_leaves_the_job_open(database: Database, data_folder: Path) -> None:
    service = open_service(data_folder, database, HashedWords())
    job = upload(service)
    service.close()
    service = open_service(data_folder, database, HashedWords(), min_free_bytes=2**60)
    waiting = run(service, job)
    assert (waiting.state, waiting.stage, waiting.attempts) == ("queued", "waiting", 0)
    assert waiting.failure is not None
    assert waiting.failure.code == "storage_full"
    with pytest.raises(StorageFull):
        upload(service, pdf("another"))
    assert found(service) == []
    service.close()


def test_a_document_deleted_while_it_is_indexed_leaves_nothing(
    service: Service, encoder: HashedWords, caplog: pytest.LogCaptureFixture
) -> None:
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 1)))
    encoder.before_pages = lambda _: service.delete_document("default", job.document)
    assert run(service, job).state == "cancelled"
    assert found(service) == []
    assert n_points(service, job.generation) == 0
    assert n_blobs(service) == 0
    assert "job failed" not in caplog.text


def test_a_job_cancelled_while_it_runs_ends_cancelled_and_leaves_no_points(
    service: Service, encoder: HashedWords
) -> None:
    job = upload(service)
    encoder.before_pages = lambda _: service.ledger.cancel(job)
    assert run(service, job).state == "cancelled"
    assert document(service, job).state == "cancelled"
    assert n_points(service, job.generation) == 0


def test_a_collection_deleted_while_a_document_is_indexed_takes_the_job_with_it(
    service: Service, encoder: HashedWords, caplog: pytest.LogCaptureFixture
) -> None:
    job = upload(service)
    encoder.before_pages = lambda _: service.delete_collection("default")
    service.indexer.run(job.id)
    assert service.catalog.collections() == []
    assert n_blobs(service) == 0
    assert "job failed" not in caplog.text


def test_a_worker_that_stops_leaves_the_job_open_for_the_next(
    service: Service, encoder: HashedWords
) -> None:
    job = upload(service, pdf(*["heron"] * (CHUNK_PAGES + 1)))
    encoder.before_pages = lambda _: service.indexer.stopping.set()
    assert run(service, job).state == "queued"
    service.indexer.stopping.clear()
    encoder.before_pages = lambda _: None
    assert run(service, job).state == "done"
    assert n_points(service, job.generation) == CHUNK_PAGES + 1


def test_a_deleted_document_takes_its_points_and_blobs_along(service: Service) -> None:
    job = run(service, upload(service))
    service.delete_document("default", job.document)
    assert n_points(service, job.generation) == 0
    assert n_blobs(service) == 0


def test_blobs_that_another_document_holds_too_stay(service: Service) -> None:
    first = run(service, upload(service, pdf("shared page", "first")))
    second = run(service, upload(service, pdf("shared page", "second"), "second.pdf"))
    shared = service.catalog.pages(second.generation)[0]
    service.delete_document("default", first.document)
    assert service.blobs.read(shared.image_sha256 or "")
    service.delete_document("default", second.document)
    with pytest.raises(BlobNotFound):
        service.blobs.read(shared.image_sha256 or "")


def test_the_same_bytes_after_a_delete_are_indexed_anew(service: Service) -> None:
    first = run(service, upload(service))
    service.delete_document("default", first.document)
    second = run(service, upload(service))
    assert second.state == "done"
    assert n_points(service, second.generation) == 2
    assert len(found(service, "dam herons")) == 2
