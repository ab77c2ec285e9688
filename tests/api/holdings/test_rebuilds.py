from pathlib import Path

import pytest

from api.service import Service
from index.catalog.database import Database
from index.encoders.shelf import EncoderChoice
from index.errors import (
    CollectionNotFound,
    InvalidRequest,
    ManifestMismatch,
    RebuildBusy,
    RebuildNotFound,
)
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.tiny import HashedWords, index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
OLD, NEW = EncoderChoice("hashed-words"), EncoderChoice("other")


@pytest.fixture
def other(service: Service) -> HashedWords:
    """Another encoder that the service has open, and a collection to rebuild with it."""
    encoder = HashedWords(name="other")
    service.shelf.put(encoder)
    index(service, "dams.pdf", DAMS)
    return encoder


def rebuild(service: Service, encoder: EncoderChoice = NEW) -> None:
    service.rebuilds.begin("default", encoder)
    service.worker.run_until_empty()


def answering(service: Service) -> tuple[str, str]:
    found = service.collection("default")
    return found.store, found.manifest.encoder


def stores(folder: Path) -> set[str]:
    return {path.name for path in (folder / "vectors").iterdir()}


def names(service: Service) -> list[str]:
    hits = service.search("default", SearchQuery("herons dam", limit=100)).hits
    return sorted({hit.name for hit in hits})


def add(service: Service, name: str) -> None:
    service.upload("default", name, [pdf(f"herons in {name}")], {})
    service.worker.run_until_empty()


def test_the_index_that_answered_before_is_kept_until_it_is_forgotten(
    service: Service, other: HashedWords, data_folder: Path
) -> None:
    rebuild(service)
    assert answering(service) == ("default-2", other.pin.name)
    assert stores(data_folder) == {"default-1", "default-2"}
    service.rebuilds.forget("default")
    assert stores(data_folder) == {"default-2"}
    assert names(service) == ["dams.pdf"]
    with pytest.raises(RebuildNotFound):
        service.rebuilds.show("default")


def test_the_way_back_encodes_nothing_that_the_old_index_holds(
    service: Service, encoder: HashedWords, other: HashedWords
) -> None:
    rebuild(service)
    encoder.before_pages = lambda _: pytest.fail("the rows are there")
    service.rebuilds.roll_back("default")
    service.worker.run_until_empty()
    assert answering(service) == ("default-1", "hashed-words")
    assert service.rebuilds.show("default").rebuild.manifest.encoder == other.pin.name


@pytest.mark.usefixtures("other")
def test_the_way_back_takes_along_what_arrived_since(
    service: Service, encoder: HashedWords
) -> None:
    rebuild(service)
    gone = service.catalog.documents("default")[0]
    add(service, "new.pdf")
    service.delete_document("default", gone.id)
    batches: list[int] = []
    encoder.before_pages = batches.append
    begun = service.rebuilds.roll_back("default")
    assert (begun.pages_done, begun.pages_total) == (0, 1)
    assert answering(service)[0] == "default-2"
    service.worker.run_until_empty()
    assert answering(service)[0] == "default-1"
    assert names(service) == ["new.pdf"]
    assert batches == [1]


@pytest.mark.usefixtures("other")
def test_the_way_back_can_be_gone_forth_again(service: Service) -> None:
    rebuild(service)
    for store in ("default-1", "default-2"):
        service.rebuilds.roll_back("default")
        service.worker.run_until_empty()
        add(service, f"{store}.pdf")
        assert answering(service)[0] == store
    assert names(service) == ["dams.pdf", "default-1.pdf", "default-2.pdf"]


@pytest.mark.usefixtures("other")
def test_a_way_back_that_failed_can_be_tried_again(service: Service, encoder: HashedWords) -> None:
    def broken(_: int) -> None:
        raise InvalidRequest("not now")

    rebuild(service)
    add(service, "new.pdf")
    encoder.before_pages = broken
    service.rebuilds.roll_back("default")
    service.worker.run_until_empty()
    assert service.rebuilds.show("default").rebuild.state == "failed"
    assert answering(service)[0] == "default-2"
    encoder.before_pages = lambda _: None
    service.rebuilds.roll_back("default")
    service.worker.run_until_empty()
    assert names(service) == ["dams.pdf", "new.pdf"]
    assert answering(service)[0] == "default-1"


@pytest.mark.usefixtures("other")
def test_the_next_rebuild_drops_the_index_before_under_a_name_never_used(
    service: Service, data_folder: Path
) -> None:
    rebuild(service)
    rebuild(service, OLD)
    assert answering(service) == ("default-3", "hashed-words")
    assert stores(data_folder) == {"default-2", "default-3"}
    service.rebuilds.forget("default")
    rebuild(service)
    assert answering(service)[0] == "default-4"


@pytest.mark.usefixtures("other")
def test_one_rebuild_at_a_time(service: Service) -> None:
    first = service.rebuilds.begin("default", NEW)
    assert service.rebuilds.begin("default", NEW) == first
    with pytest.raises(RebuildBusy, match="other"):
        service.rebuilds.begin("default", OLD)
    with pytest.raises(RebuildBusy, match="nothing to go back to"):
        service.rebuilds.roll_back("default")


@pytest.mark.usefixtures("other")
def test_a_rebuild_that_is_forgotten_leaves_the_old_index_alone(
    service: Service, data_folder: Path
) -> None:
    service.rebuilds.begin("default", NEW)
    service.rebuilds.forget("default")
    service.worker.run_until_empty()
    assert answering(service)[0] == "default-1"
    assert stores(data_folder) == {"default-1"}
    assert names(service) == ["dams.pdf"]


def test_a_rebuild_forgotten_while_it_runs_ends_quietly(
    service: Service, other: HashedWords, data_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other.before_pages = lambda _: service.rebuilds.forget("default")
    rebuild(service)
    assert answering(service)[0] == "default-1"
    assert stores(data_folder) == {"default-1"}
    assert "rebuild failed" not in caplog.text


def test_an_encoder_that_is_refused_leaves_nothing_behind(
    service: Service, data_folder: Path
) -> None:
    index(service, "dams.pdf", DAMS)
    with pytest.raises(InvalidRequest, match="no registered model"):
        service.rebuilds.begin("default", EncoderChoice("no/such-model"))
    assert stores(data_folder) == {"default-1"}
    with pytest.raises(RebuildNotFound):
        service.rebuilds.show("default")


def test_what_is_not_there_is_neither_rebuilt_nor_forgotten(service: Service) -> None:
    with pytest.raises(CollectionNotFound):
        service.rebuilds.begin("default", OLD)
    service.create_collection("default")
    for verb in (service.rebuilds.roll_back, service.rebuilds.forget):
        with pytest.raises(RebuildNotFound):
            verb("default")


def test_an_index_that_this_process_cannot_use_is_rebuilt_with_what_it_has(
    database: Database, data_folder: Path
) -> None:
    first = open_service(data_folder, database, HashedWords())
    index(first, "dams.pdf", DAMS)
    first.close()
    second = open_service(data_folder, database, HashedWords(revision="2"))
    with pytest.raises(ManifestMismatch):
        names(second)
    rebuild(second, OLD)
    assert names(second) == ["dams.pdf"]
    with pytest.raises(ManifestMismatch):
        second.rebuilds.roll_back("default")
    second.close()


@pytest.mark.usefixtures("other")
def test_a_deleted_collection_takes_both_indexes_along(service: Service, data_folder: Path) -> None:
    rebuild(service)
    service.delete_collection("default")
    assert stores(data_folder) == set()
