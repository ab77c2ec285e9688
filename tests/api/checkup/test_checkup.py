"""Each damage is done by hand, behind the service's back, and must be named."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
import qdrant_edge as edge
from sqlalchemy import text

from api.checkup.bodies import Checked, Finding
from api.checkup.checkup import Checkup
from api.checkup.subject import Kept
from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Document
from index.catalog.inventory import GenerationState, Inventory
from index.encoders.shelf import EncoderChoice
from index.errors import VectorStoreUnavailable
from index.records import Rows, SparseVector
from index.vectors.base import PagePoint
from index.vectors.points import point_id
from index.vectors.server import QdrantVectorStore
from retrieval.hits import SearchQuery
from tests.conftest import unit_rows
from tests.tiny import DIM, HashedWords, index, pdf

STORE = "default-1"
NO_TERMS = SparseVector(np.empty(0, np.uint32), np.empty(0, np.float32))
Told = tuple[str, int | None]


@pytest.fixture
def document(service: Service) -> Document:
    """Three pages, the last of which is too thin to be drawn; and another document beside."""
    index(service, "other.pdf", pdf("Otters sleep in the reeds"))
    kept = pdf("The dam is twelve metres tall", "Herons nest here", "thin", strips=[3])
    return service.catalog.document("default", UUID(index(service, "dams.pdf", kept)))


def check_up(service: Service, *, grace_s: float = 0) -> tuple[list[Finding], Checked]:
    *told, last = Checkup.of(service, grace=timedelta(seconds=grace_s)).run()
    assert isinstance(last, Checked)
    return [one for one in told if isinstance(one, Finding)], last


def found(service: Service) -> list[Told]:
    findings, checked = check_up(service)
    assert checked.findings == len(findings)
    assert all(finding.mend and finding.detail for finding in findings)
    return [(finding.kind, finding.page) for finding in findings]


def damage(database: Database, statement: str, **values: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement), values)


def rows_of(service: Service, document: Document, page: int, store: str = STORE) -> Rows:
    assert document.generation is not None
    return dict(service.vectors.read_rows(store, document.generation))[page]


def put(service: Service, generation: UUID | None, page: int, rows: Rows) -> None:
    assert generation is not None
    service.vectors.put_pages(STORE, generation, [PagePoint(page, rows, NO_TERMS)])


def delete_point(service: Service, generation: UUID | None, page: int) -> None:
    assert generation is not None
    with shard(service) as opened:
        gone = str(point_id(generation, page))
        opened.update(edge.UpdateOperation.delete_points([gone]))


@contextmanager
def shard(service: Service) -> Iterator[edge.EdgeShard]:
    """The store's own files, behind the service's back."""
    service.vectors.close()
    opened = edge.EdgeShard.load(str(service.settings.data / "vectors" / STORE))
    yield opened
    opened.close()


def blob(service: Service, sha256: str) -> Path:
    return service.settings.data / "blobs" / sha256[:2] / sha256


def picture(service: Service, document: Document, page: int) -> Path:
    return blob(service, str(service.catalog.page("default", document.id, page).image_sha256))


def test_a_service_that_keeps_nothing_is_sound(service: Service) -> None:
    assert check_up(service) == ([], Checked())


def test_a_segment_that_has_changed_or_is_gone_is_found(
    service: Service, document: Document
) -> None:
    assert document.generation is not None
    for n, store in enumerate((STORE, f"{STORE}-words")):
        sha256 = service.blobs.put(b"rows %d" % n).sha256
        service.stores.segments.note(store, document.generation, sha256)
        assert found(service) == []
        if n == 0:
            blob(service, sha256).write_bytes(b"rows 7")
        else:
            blob(service, sha256).unlink()
        assert found(service) == [("segment_lost", None)]
        service.stores.segments.forget(store, document.generation)
        service.blobs.delete(sha256)


@pytest.mark.usefixtures("document")
def test_a_sound_service_gives_no_finding_and_tells_what_was_looked_at(service: Service) -> None:
    service.create_collection("empty")

    findings, checked = check_up(service)

    assert findings == []
    assert (checked.collections, checked.documents, checked.pages) == (2, 2, 4)


def test_a_document_that_failed_was_replaced_or_deleted_is_no_finding(
    service: Service, document: Document
) -> None:
    index(service, "broken.pdf", b"%PDF-1.7 nothing")
    service.replace("default", document.id, "dams.pdf", [pdf("A new dam")])
    service.worker.run_until_empty()
    service.delete_document("default", UUID(index(service, "gone.pdf", pdf("Gone"))))

    assert found(service) == []


def test_work_that_waits_is_no_finding(service: Service, document: Document) -> None:
    service.upload("default", "later.pdf", [pdf("Later")], {})
    service.replace("default", document.id, "dams.pdf", [pdf("A new dam")])

    assert found(service) == []


@pytest.mark.usefixtures("document")
def test_a_page_that_the_catalog_lost_is_found(service: Service, database: Database) -> None:
    damage(database, "DELETE FROM pages WHERE number = 3")

    assert found(service) == [("page_lost", 3)]


def test_a_page_more_than_the_document_has_is_found(
    service: Service, database: Database, document: Document
) -> None:
    damage(database, "UPDATE documents SET n_pages = 2 WHERE id = :id", id=document.id)

    assert found(service) == [("page_lost", 3)]


def test_a_point_that_is_gone_is_found(service: Service, document: Document) -> None:
    delete_point(service, document.generation, 2)

    assert found(service) == [("point_lost", 2)]


def test_a_context_that_is_gone_is_found(service: Service, document: Document) -> None:
    delete_point(service, document.generation, 0)

    assert found(service) == [("point_lost", None)]


def test_a_point_of_a_page_that_could_not_be_read_is_found(
    service: Service, document: Document
) -> None:
    put(service, document.generation, 3, unit_rows(2, DIM))

    assert found(service) == [("point_phantom", 3)]


def test_a_point_that_is_there_twice_is_found(service: Service, document: Document) -> None:
    payload = {"generation": str(document.generation), "page": 2}
    twin = edge.Point(id=str(uuid4()), vector={}, payload=payload)
    with shard(service) as opened:
        opened.update(edge.UpdateOperation.upsert_points([twin]))

    assert found(service) == [("point_damaged", 2), ("point_phantom", 2)]


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.9])
def test_rows_that_cannot_be_scored_are_found(
    service: Service, document: Document, value: float
) -> None:
    rows = rows_of(service, document, 2)
    rows.vectors[1, 0] = value
    put(service, document.generation, 2, rows)

    assert found(service) == [("point_damaged", 2)]


def test_a_page_with_fewer_rows_than_were_stored_is_found(
    service: Service, document: Document
) -> None:
    rows = rows_of(service, document, 1)
    fewer = Rows(rows.vectors[1:], rows.boxes[1:], rows.kinds[1:])
    put(service, document.generation, 1, fewer)

    assert set(found(service)) == {("rows_differ", 1), ("sidecar_differs", 1)}


def test_copies_that_are_not_the_rows_of_the_store_are_found(
    service: Service, document: Document
) -> None:
    rows = rows_of(service, document, 1)
    put(service, document.generation, 1, Rows(rows.vectors[::-1].copy(), rows.boxes, rows.kinds))

    assert found(service) == [("sidecar_differs", 1)]


def test_points_of_a_generation_that_nobody_knows_are_found(
    service: Service, document: Document
) -> None:
    put(service, uuid4(), 1, unit_rows(2, DIM))

    findings, _ = check_up(service)

    assert [one.kind for one in findings] == ["point_phantom"]
    assert "1 points of generation" in findings[0].detail
    assert document.collection == findings[0].collection


@pytest.mark.usefixtures("document")
def test_a_store_that_is_gone_is_found(service: Service) -> None:
    service.vectors.drop(STORE)

    findings, _ = check_up(service)

    assert [(one.kind, one.collection) for one in findings] == [("store_lost", "default")]


@pytest.mark.usefixtures("document")
def test_a_store_that_does_not_open_is_found(service: Service, data_folder: Path) -> None:
    service.vectors.close()
    shutil.rmtree(data_folder / "vectors" / STORE / "segments")
    (data_folder / "vectors" / STORE / "edge_config.json").write_text("{")

    assert found(service) == [("store_lost", None)]


@pytest.mark.usefixtures("document")
def test_a_store_of_no_collection_is_found(service: Service) -> None:
    service.vectors.create("gone-3-words", dim=DIM)

    findings, _ = check_up(service)

    assert [(one.kind, one.detail) for one in findings] == [
        ("store_unknown", "the store gone-3-words")
    ]


def test_a_flipped_bit_of_a_picture_is_found(service: Service, document: Document) -> None:
    path = picture(service, document, 2)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    assert found(service) == [("blob_lost", 2)]


def test_words_that_are_gone_are_found(service: Service, document: Document) -> None:
    page = service.catalog.page("default", document.id, 1)
    service.blobs.delete(str(page.words_sha256))

    assert found(service) == [("blob_lost", 1)]


def test_an_original_that_is_gone_is_found(service: Service, document: Document) -> None:
    service.blobs.delete(document.sha256)

    findings, _ = check_up(service)

    assert [(one.kind, one.document) for one in findings] == [("blob_lost", str(document.id))]
    assert "the original" in findings[0].detail


def test_an_original_that_waits_for_its_job_is_looked_for(service: Service) -> None:
    service.create_collection("default")
    waiting, _ = service.upload("default", "later.pdf", [pdf("Later")], {})
    service.blobs.delete(waiting.sha256)

    assert found(service) == [("blob_lost", None)]


@pytest.mark.usefixtures("document")
def test_bytes_that_nothing_refers_to_are_found_once_they_are_not_on_their_way(
    service: Service,
) -> None:
    orphan = service.blobs.put(b"of nobody")

    assert check_up(service, grace_s=60)[0] == []
    findings, checked = check_up(service)

    assert [one.kind for one in findings] == ["blob_orphaned"]
    assert orphan.sha256 in findings[0].detail
    assert checked.findings == 1


def test_a_temporary_file_of_yesterday_is_found_and_one_of_today_is_not(service: Service) -> None:
    incoming = service.settings.data / "blobs" / "incoming"
    for name in ("old", "new"):
        (incoming / name).touch()
    os.utime(incoming / "old", (0, 0))

    findings, _ = check_up(service)

    assert [(one.kind, Path(one.detail).name) for one in findings] == [("file_left", "old")]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM procrastinate_jobs",
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL",
    ],
)
def test_a_job_that_the_queue_lost_is_found_once_it_had_time(
    service: Service, database: Database, statement: str
) -> None:
    service.create_collection("default")
    service.upload("default", "later.pdf", [pdf("Later")], {})
    damage(database, statement)

    assert check_up(service, grace_s=60)[0] == []
    assert found(service) == [("lost_work", None)]


@pytest.mark.parametrize(
    ("seconds", "expected"), [(5, []), (300, [("lost_work", None)])], ids=["lives", "is silent"]
)
def test_a_job_in_the_hands_of_a_worker_is_lost_when_that_is_silent(
    service: Service, database: Database, seconds: int, expected: list[Told]
) -> None:
    service.create_collection("default")
    service.upload("default", "later.pdf", [pdf("Later")], {})
    damage(
        database,
        "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat) "
        "VALUES (now() - make_interval(secs => :seconds)) RETURNING id) "
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker",
        seconds=seconds,
    )

    assert found(service) == expected


@pytest.mark.usefixtures("document")
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE documents SET live_generation = NULL", "no generation of it is live"),
        ("UPDATE documents SET state = 'processing'", "no job for it is open"),
        ("UPDATE generations SET state = 'dead'", "a generation of it that is not live"),
        ("UPDATE documents SET live_generation = NULL", "that no document shows"),
        ("UPDATE generations SET state = 'building'", "is being built and no job for it is open"),
    ],
)
def test_what_the_catalog_says_and_what_cannot_be_is_found(
    service: Service, database: Database, statement: str, told: str
) -> None:
    damage(database, statement)

    details = [one.detail for one in check_up(service)[0] if one.kind == "contradiction"]

    assert [detail for detail in details if told in detail]


@pytest.mark.usefixtures("document")
def test_an_index_that_was_rebuilt_and_the_one_kept_beside_it_are_sound(service: Service) -> None:
    rebuild(service)

    assert found(service) == []


@pytest.mark.usefixtures("document")
def test_a_rebuild_that_was_just_begun_is_no_finding(service: Service) -> None:
    service.shelf.put(HashedWords(revision="2", name="other-words"))
    service.rebuilds.begin("default", EncoderChoice("other-words", "text"))

    assert found(service) == []


@pytest.mark.usefixtures("document")
def test_vectors_that_were_lost_are_made_again_from_the_pages_and_find_the_same(
    service: Service,
) -> None:
    query = SearchQuery("How tall is the dam?")
    before = service.search("default", query).hits
    service.vectors.close()
    shutil.rmtree(service.settings.data / "vectors" / STORE)
    assert found(service) == [("store_lost", None)]

    service.rebuilds.begin("default", EncoderChoice("hashed-words", "text"))
    service.worker.run_until_empty()
    service.rebuilds.forget("default")

    assert found(service) == []
    assert service.search("default", query).hits == before


def test_what_the_index_beside_lost_is_found(service: Service, document: Document) -> None:
    rebuild(service)
    delete_point(service, document.generation, 1)  # of the index that answered before

    assert found(service) == [("note_wrong", 1)]


def test_a_damaged_index_is_sound_after_it_was_built_anew(
    service: Service, document: Document
) -> None:
    delete_point(service, document.generation, 2)
    put(service, uuid4(), 1, unit_rows(2, DIM))
    rebuild(service)
    service.rebuilds.forget("default")

    assert found(service) == []


def test_what_changed_while_it_was_looked_at_is_not_told(
    service: Service, database: Database, document: Document
) -> None:
    service.blobs.delete(document.sha256)

    class Later(Inventory):
        """Has the document deleted before it tells of it."""

        def state(self, generation: UUID) -> GenerationState | None:
            if generation == document.generation:
                service.delete_document("default", document.id)
            return super().state(generation)

    later = Later(database.engine)
    kept = Kept(later, service.catalog, service.vectors, service.blobs, service.scoring)

    told = [*Checkup(kept, grace=timedelta(0)).run()]

    assert [one for one in told if isinstance(one, Finding)] == []


@pytest.mark.usefixtures("document")
def test_a_store_that_does_not_answer_is_an_outage_and_nothing_lost(service: Service) -> None:
    absent = QdrantVectorStore.connect("http://127.0.0.1:9", api_key=None)
    kept = Kept(service.inventory, service.catalog, absent, service.blobs, service.scoring)

    with pytest.raises(VectorStoreUnavailable):
        list(Checkup(kept, grace=timedelta(0)).run())


def test_folders_that_are_gone_are_all_that_was_in_them(
    service: Service, document: Document
) -> None:
    service.vectors.close()
    for name in ("vectors", "blobs"):
        shutil.rmtree(service.settings.data / name)

    told = found(service)

    assert ("store_lost", None) in told
    assert told.count(("blob_lost", None)) == 2  # the originals
    assert len(told) == 1 + 2 + 2 * (document.n_pages - 1 + 1)


def rebuild(service: Service) -> None:
    service.shelf.put(HashedWords(revision="2", name="other-words"))
    service.rebuilds.begin("default", EncoderChoice("other-words", "text"))
    service.worker.run_until_empty()
