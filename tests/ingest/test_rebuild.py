import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from api.holdings.rebuilds import RebuildProgress
from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Document, Job
from index.encoders.shelf import EncoderChoice
from index.errors import Unavailable
from ingest.attempts import MAX_ATTEMPTS
from ingest.filler import FILL_PAGES
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.ingest.dying import dies_at_its_second_chunk
from tests.tiny import HashedWords, index, pdf, wait_for

NEW = EncoderChoice("synonyms")
LONG = pdf(*["heron"] * (FILL_PAGES + 3))


class Broken(Exception):
    """What a test breaks the encoder with."""


@pytest.fixture
def synonyms(service: Service) -> HashedWords:
    """Another encoder that the service has open: it takes a bird for a heron."""
    encoder = HashedWords(name="synonyms", means={"bird": "heron"})
    service.shelf.put(encoder)
    return encoder


def begin(service: Service) -> RebuildProgress:
    return service.rebuilds.begin("default", NEW)


def run(service: Service) -> RebuildProgress:
    """Work on the open rebuild once, as a worker does."""
    service.rebuilder.run(service.rebuilds.show("default").rebuild.id)
    return service.rebuilds.show("default")


def run_to_its_end(service: Service) -> RebuildProgress:
    """Work on it as often as it is put back."""
    while (found := run(service)).rebuild.state == "queued":
        pass
    return found


def found(service: Service, word: str = "heron") -> list[tuple[str, int]]:
    """Pages that hold the word, not those whose rows are somewhat like it."""
    hits = service.search("default", SearchQuery(word, limit=100)).hits
    return sorted((hit.name, hit.page) for hit in hits if hit.relevance > 0.99)


def add(service: Service, name: str, content: bytes) -> Job:
    """Put a document into the collection, whatever answers for it."""
    _, job = service.upload("default", name, [content], {})
    assert job is not None
    service.indexer.run(job.id)
    return service.ledger.job(job.id)


def document(service: Service, document_id: str) -> Document:
    return service.catalog.document("default", UUID(document_id))


def once(act: Callable[[], object]) -> Callable[[int], None]:
    """Do something before the first batch of pages."""
    left = [act]

    def acted(_: int) -> None:
        if left:
            left.pop()()

    return acted


def breaking(error: Exception) -> Callable[[int], None]:
    def broken(_: int) -> None:
        raise error

    return broken


def counts(service: Service, generation: UUID | None) -> list[int]:
    """Points of a generation in the store that answers and in the other one."""
    assert generation is not None
    stores = service.catalog.stores("default")
    return [service.vectors.count_pages(store, generation) for store in stores]


def test_a_rebuilt_index_answers_from_the_rows_of_the_new_encoder(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron one", "a dam"))
    assert found(service, "bird") == []
    begin(service)
    ended = run(service)
    assert ended.rebuild.state == "done"
    assert (ended.pages_done, ended.pages_total) == (2, 2)
    assert ended.collection.manifest.encoder == synonyms.pin.name
    assert ended.collection.store == "default-2"
    assert found(service, "bird") == [("report.pdf", 1)]
    assert found(service, "dam") == [("report.pdf", 2)]


def test_searches_get_the_old_index_until_the_new_one_is_complete(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", LONG)
    begin(service)
    seen = []
    synonyms.before_pages = lambda _: seen.append((found(service, "bird"), len(found(service))))
    run(service)
    assert seen == [([], FILL_PAGES + 3)] * 2
    assert len(found(service, "bird")) == FILL_PAGES + 3


@pytest.mark.usefixtures("synonyms")
def test_a_rebuild_reads_the_pages_that_are_kept_and_not_the_original(service: Service) -> None:
    kept = document(service, index(service, "report.pdf", pdf("heron", "", "heron", strips=[3])))
    service.blobs.delete(kept.sha256)
    begin(service)
    assert run(service).rebuild.state == "done"
    assert counts(service, kept.generation) == [2, 2]
    assert found(service, "bird") == [("report.pdf", 1)]
    assert [page.number for page in service.catalog.pages(kept.generation or UUID(int=0))] == [
        1,
        2,
        3,
    ]


def test_what_is_uploaded_during_a_rebuild_goes_first_and_is_in_the_new_index(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", LONG)
    begin(service)
    synonyms.before_pages = once(
        lambda: service.upload("default", "more.pdf", [pdf("heron two")], {})
    )
    assert run(service).rebuild.state == "queued"
    assert service.rebuilds.show("default").pages_done == FILL_PAGES
    service.worker.run_until_empty()
    assert service.rebuilds.show("default").rebuild.state == "done"
    assert ("more.pdf", 1) in found(service, "bird")
    assert len(found(service, "bird")) == FILL_PAGES + 4


def test_a_document_published_behind_the_last_chunk_holds_the_switch_back(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron"))
    begin(service)
    synonyms.before_pages = once(lambda: index(service, "more.pdf", pdf("heron two")))
    assert run(service).rebuild.state == "done"
    assert found(service, "bird") == [("more.pdf", 1), ("report.pdf", 1)]


def test_a_document_replaced_during_a_rebuild_has_its_new_pages_in_the_new_index(
    service: Service, synonyms: HashedWords
) -> None:
    old = document(service, index(service, "report.pdf", LONG))
    begin(service)

    def replace() -> None:
        service.replace("default", old.id, "new.pdf", [pdf("a new heron")])

    synonyms.before_pages = once(replace)
    run(service)
    service.worker.run_until_empty()
    assert service.rebuilds.show("default").rebuild.state == "done"
    assert found(service, "bird") == [("new.pdf", 1)]
    assert counts(service, old.generation) == [0, 0]


def test_a_document_deleted_during_a_rebuild_leaves_no_point_in_either_index(
    service: Service, synonyms: HashedWords
) -> None:
    gone = document(service, index(service, "report.pdf", LONG))
    index(service, "other.pdf", pdf("a heron stays"))
    begin(service)
    seen = []

    def delete_at_second(n_pages: int) -> None:
        seen.append(n_pages)
        if len(seen) == 2:
            service.delete_document("default", gone.id)

    synonyms.before_pages = delete_at_second
    assert run(service).rebuild.state == "done"
    assert counts(service, gone.generation) == [0, 0]
    assert found(service, "bird") == [("other.pdf", 1)]


@pytest.mark.usefixtures("synonyms")
def test_a_document_deleted_after_the_switch_leaves_no_point_in_either_index(
    service: Service,
) -> None:
    gone = document(service, index(service, "report.pdf", pdf("heron")))
    begin(service)
    run(service)
    assert counts(service, gone.generation) == [1, 1]
    service.delete_document("default", gone.id)
    assert counts(service, gone.generation) == [0, 0]


def test_a_job_that_began_before_the_switch_is_searchable_in_the_new_index(
    service: Service, encoder: HashedWords, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron"))
    begin(service)
    batches: list[int] = []
    synonyms.before_pages = batches.append
    _, job = service.upload("default", "more.pdf", [LONG], {})
    assert job is not None

    def switch_at_second(n_pages: int) -> None:
        if n_pages < FILL_PAGES:
            wait_for(lambda: run(service).rebuild.state == "done")

    encoder.before_pages = switch_at_second
    service.indexer.run(job.id)
    assert service.ledger.job(job.id).state == "done"
    assert batches == [1, FILL_PAGES, 3]
    assert len(found(service, "bird")) == FILL_PAGES + 4
    assert counts(service, job.generation)[0] == FILL_PAGES + 3


@pytest.mark.usefixtures("synonyms")
def test_a_job_cut_off_before_the_switch_ends_in_the_new_index(
    service: Service, encoder: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron"))
    _, job = service.upload("default", "more.pdf", [LONG], {})
    assert job is not None
    encoder.before_pages = lambda _: service.indexer.stopping.set()
    service.indexer.run(job.id)
    service.indexer.stopping.clear()
    assert len(service.catalog.pages(job.generation)) == FILL_PAGES
    begin(service)
    wait_for(lambda: run(service).rebuild.state == "done")
    service.indexer.run(job.id)
    assert service.ledger.job(job.id).state == "done"
    assert len(found(service, "bird")) == FILL_PAGES + 4


def test_a_rebuild_that_is_run_again_goes_on_behind_the_last_finished_chunk(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", LONG)
    batches: list[int] = []

    def stop_at_first(n_pages: int) -> None:
        batches.append(n_pages)
        if len(batches) == 1:
            service.rebuilder.stopping.set()

    synonyms.before_pages = stop_at_first
    begin(service)
    assert run(service).rebuild.state == "queued"
    service.rebuilder.stopping.clear()
    begin(service)
    service.worker.run_until_empty()
    assert batches == [FILL_PAGES, 3]
    assert len(found(service, "bird")) == FILL_PAGES + 3


@pytest.mark.usefixtures("synonyms")
def test_a_killed_rebuild_is_taken_over_behind_its_last_finished_chunk(
    service: Service, database: Database, data_folder: Path
) -> None:
    index(service, "report.pdf", LONG)
    begin(service)
    service.close()
    dies_at_its_second_chunk(data_folder, database)

    batches: list[int] = []
    again = open_service(data_folder, database, HashedWords())
    again.shelf.put(
        HashedWords(name="synonyms", means={"bird": "heron"}, before_pages=batches.append)
    )
    assert len(found(again)) == FILL_PAGES + 3
    assert found(again, "bird") == []
    again.worker.run_until_empty()
    assert batches == [3]
    assert again.rebuilds.show("default").rebuild.state == "done"
    assert counts(again, again.catalog.documents("default")[0].generation)[0] == FILL_PAGES + 3
    again.close()


def test_a_rebuild_that_fails_says_why_and_leaves_the_old_index(
    service: Service, synonyms: HashedWords, caplog: pytest.LogCaptureFixture
) -> None:
    index(service, "report.pdf", pdf("heron"))
    synonyms.before_pages = breaking(Broken("secret"))
    begin(service)
    failed = run_to_its_end(service)
    assert failed.rebuild.state == "failed"
    assert failed.rebuild.failure is not None
    assert failed.rebuild.failure.code == "internal_error"
    assert "secret" not in failed.rebuild.failure.message
    assert "secret" in caplog.text
    assert failed.collection.store == "default-1"
    assert found(service) == [("report.pdf", 1)]


def test_a_failed_rebuild_can_be_begun_again(service: Service, synonyms: HashedWords) -> None:
    index(service, "report.pdf", pdf("heron"))
    synonyms.before_pages = breaking(Broken())
    begin(service)
    run_to_its_end(service)
    synonyms.before_pages = lambda _: None
    again = begin(service)
    assert again.rebuild.state == "queued"
    assert again.rebuild.failure is None
    assert run(service).rebuild.state == "done"


def test_a_passing_trouble_leaves_a_rebuild_open_and_a_lasting_one_ends_it(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron"))
    synonyms.before_pages = breaking(Unavailable("the store does not answer"))
    begin(service)
    states = [run(service).rebuild.state for _ in range(MAX_ATTEMPTS)]
    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]


def test_a_rebuild_whose_process_dies_each_time_is_given_up(
    service: Service, synonyms: HashedWords
) -> None:
    index(service, "report.pdf", pdf("heron"))
    synonyms.before_pages = lambda _: pytest.fail("it was begun too often")
    begun = begin(service).rebuild
    ledger = service.rebuilder._stores.rebuilds  # noqa: SLF001  what a process leaves that dies
    for _ in range(MAX_ATTEMPTS):
        ledger.start(begun.id)
    failure = run(service).rebuild.failure
    assert failure is not None
    assert failure.code == "gave_up"


@pytest.mark.usefixtures("synonyms")
def test_a_rebuild_with_another_revision_than_it_was_begun_with_fails(service: Service) -> None:
    index(service, "report.pdf", pdf("heron"))
    begin(service)
    service.shelf.put(HashedWords(name="synonyms", revision="2"))
    failure = run(service).rebuild.failure
    assert failure is not None
    assert failure.code == "manifest_mismatch"


def test_a_rebuild_stops_below_the_watermark_of_the_disk(
    service: Service, synonyms: HashedWords, database: Database, data_folder: Path
) -> None:
    index(service, "report.pdf", pdf("heron"))
    begin(service)
    service.close()
    full = open_service(data_folder, database, HashedWords(), min_free_bytes=2**60)
    full.shelf.put(synonyms)
    assert run(full).rebuild.state == "queued"
    assert found(full) == [("report.pdf", 1)]
    full.close()


def test_a_collection_deleted_during_a_rebuild_takes_both_indexes_along(
    service: Service, synonyms: HashedWords, data_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index(service, "report.pdf", LONG)
    begun = begin(service).rebuild
    synonyms.before_pages = once(lambda: service.delete_collection("default"))
    service.rebuilder.run(begun.id)
    assert service.catalog.collections() == []
    assert list((data_folder / "vectors").iterdir()) == []
    assert "rebuild failed" not in caplog.text


@pytest.mark.usefixtures("synonyms")
def test_an_empty_collection_switches_at_once(service: Service) -> None:
    service.create_collection("default")
    begin(service)
    assert run(service).collection.manifest.encoder == "synonyms"
    add(service, "report.pdf", pdf("heron"))
    assert found(service, "bird") == [("report.pdf", 1)]


@pytest.fixture
def searching(service: Service) -> Iterator[list[int]]:
    """How many pages searches find, again and again, while a test goes on."""
    n_found: list[int] = []
    ends = threading.Event()

    def search() -> None:
        while not ends.is_set():
            n_found.append(len(found(service)))

    index(service, "report.pdf", LONG)
    thread = threading.Thread(target=search)
    thread.start()
    yield n_found
    ends.set()
    thread.join()


@pytest.mark.usefixtures("synonyms")
def test_no_search_misses_a_page_while_indexes_are_built_switched_and_dropped(
    service: Service, searching: list[int]
) -> None:
    for _ in range(3):
        begin(service)
        assert run(service).rebuild.state == "done"
        service.rebuilds.forget("default")
    wait_for(lambda: len(searching) > 5)
    assert set(searching) == {FILL_PAGES + 3}
