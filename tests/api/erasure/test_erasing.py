"""After an erasure no byte of what was deleted is in any file: searched for, over the folder."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from api.callers.access import OPERATOR, Access
from api.erasure.erasing import Erasing
from api.service import Service
from index.catalog.audit import AuditLog
from index.catalog.remains import Remains
from index.errors import CollectionNotFound, DocumentNotFound, ErasureBusy, RebuildBusy
from index.faults import POINTS, VARIABLE
from retrieval.hits import SearchQuery
from tests.api.erasure.erased import LIVE, World, build, copied, found_in, opened, see
from tests.command_line import run
from tests.tiny import index, pdf

MAY_HAVE_HASHES = """
SELECT pg_relation_filepath(file) FROM pg_class,
    unnest(ARRAY['remains'::regclass, oid, reltoastrelid]) AS file
WHERE oid = 'audit'::regclass
"""
ERASING = [point for point in POINTS if point.startswith("erase.")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("erased") / "data")


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    return copied(world.folder, tmp_path / "data")


def receipts(service: Service) -> list[str]:
    lines = AuditLog(service.database.engine).lines(limit=1000)
    return [line.deed.action for line in lines if line.deed.action == "document.erase"]


def test_all_that_is_looked_for_is_found_before_it_is_deleted(world: World) -> None:
    assert world.needles.keys() - world.with_all == {"float32 rows"}  # nothing keeps these
    assert all(world.needles.values())
    assert {asked for asked, _, _, _ in world.seen} >= set(LIVE)


def test_what_was_deleted_lies_on_the_disk_until_it_is_erased(world: World) -> None:
    found = found_in(world.folder, world.needles)

    assert world.with_all - found.keys() == {"originals", "page images"}  # files of their own
    folders = {file.split("/")[0] for files in found.values() for file in files}
    assert folders == {"postgres", "vectors", "sidecar"}
    assert any("/pg_wal/" in file for file in found["words"])
    assert any("/wal/" in file for file in found["rows of a write-ahead log"])


def test_an_erasure_leaves_no_byte_and_all_that_is_live(world: World, folder: Path) -> None:
    with opened(folder) as service:
        receipt = Erasing(service).erase(OPERATOR)
        assert see(service) == world.seen
        assert receipts(service) == ["document.erase"]
        with service.database.engine.connect() as connection:
            tables = connection.execute(text(MAY_HAVE_HASHES)).scalars().all()
    assert found_in(folder, world.needles) == {}
    assert {one.sha256 for one in receipt.erased} == set(world.digests)
    hashes = found_in(folder, {"hashes": [one.encode() for one in world.digests]})["hashes"]
    in_log = {file for file in hashes if "/pg_wal/" in file}
    assert hashes - in_log <= {f"postgres/{table}" for table in tables}


@pytest.mark.slow
@pytest.mark.parametrize("point", ERASING)
def test_an_erasure_that_was_killed_is_done_again_and_ends_the_same(
    world: World, folder: Path, point: str
) -> None:
    assert run("erase", data=folder, **{VARIABLE: f"{point}:1:kill"}).returncode == -9

    with opened(folder) as service:
        assert see(service) == world.seen
        receipt = Erasing(service).erase(OPERATOR)
        assert see(service) == world.seen
        assert receipts(service) == ["document.erase"]
        kept = service.catalog.stores("default")
    assert {one.sha256 for one in receipt.erased} == set(world.digests)
    assert found_in(folder, world.needles) == {}
    assert [path.name for path in (folder / "vectors").iterdir()] == kept


def test_searches_go_on_and_find_all_that_is_live(world: World, folder: Path) -> None:
    found: list[object] = []
    with opened(folder) as service:
        done = threading.Event()

        def search() -> None:
            while not done.is_set():
                found.append(see(service))

        searching = threading.Thread(target=search)
        searching.start()
        for _ in range(3):
            Erasing(service).erase(OPERATOR, "default")
        done.set()
        searching.join()
    assert len(found) > 1
    assert [one for one in found if one != world.seen] == []


def test_a_document_can_be_deleted_and_erased_at_once(service: Service) -> None:
    document = index(service, "dams.pdf", pdf("the dam"))
    index(service, "herons.pdf", pdf("herons"))
    (kept,) = [one for one in service.catalog.documents("default") if str(one.id) != document]
    (gone,) = [one for one in service.catalog.documents("default") if str(one.id) == document]

    receipt = Erasing(service).erase(OPERATOR, "default", [gone.id])

    assert [(one.document, one.pages, one.files) for one in receipt.erased] == [(document, 1, 3)]
    assert receipt.database == "tables"
    assert service.catalog.documents("default") == [kept]
    assert service.search("default", SearchQuery("herons")).hits[0].name == "herons.pdf"
    assert Remains(service.database.engine).list() == []


def test_erasing_again_says_that_nothing_was_left(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    (document,) = service.catalog.documents("default")
    erasing = Erasing(service)
    erasing.erase(OPERATOR, "default", [document.id])

    assert erasing.erase(OPERATOR).erased == []


def test_what_was_deleted_before_can_be_named(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    (document,) = service.catalog.documents("default")
    service.delete_document("default", document.id)

    receipt = Erasing(service).erase(OPERATOR, "default", [document.id])

    assert [one.document for one in receipt.erased] == [str(document.id)]


def test_a_deleted_collection_is_erased_by_its_name(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    service.delete_collection("default")

    assert len(Erasing(service).erase(OPERATOR, "default").erased) == 1
    with pytest.raises(CollectionNotFound, match="nothing is left"):
        Erasing(service).erase(OPERATOR, "default")


def test_a_document_that_never_was_is_not_found(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    (document,) = service.catalog.documents("default")
    service.create_collection("other")
    with pytest.raises(DocumentNotFound):
        Erasing(service).erase(OPERATOR, "other", [document.id])


def test_nobody_erases_what_another_tenant_deleted(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    (document,) = service.catalog.documents("default")
    service.delete_document("default", document.id)

    assert Erasing(service).erase(Access("acme")).erased == []
    assert len(Remains(service.database.engine).list()) == 1


def test_two_do_not_erase_at_once(service: Service) -> None:
    with (
        Remains(service.database.engine).alone(),
        pytest.raises(ErasureBusy, match="going on"),
    ):
        Erasing(service).erase(OPERATOR)


def test_an_index_that_is_being_rebuilt_is_waited_for(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))
    service.stores.rebuilds.begin("default", service.collection("default").manifest)

    with pytest.raises(RebuildBusy, match="being rebuilt"):
        Erasing(service).erase(OPERATOR, "default")
