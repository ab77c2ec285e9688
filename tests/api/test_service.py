import io
import threading
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from answer.answers import Usage
from api.service import Service
from api.uploads import display_name, is_storable
from index.catalog.database import Database
from index.errors import (
    BlobNotFound,
    CollectionExists,
    CollectionNotFound,
    DataFolderBusy,
    InvalidRequest,
    ManifestMismatch,
    VlmUnavailable,
)
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.tiny import HashedWords, index, pdf, settings

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")


def test_a_second_service_on_a_folder_is_refused(
    service: Service, database: Database, data_folder: Path
) -> None:
    with pytest.raises(DataFolderBusy, match="owns"):
        open_service(data_folder, database, HashedWords())
    assert service.create_collection("default").name == "default"


def test_a_service_that_does_not_open_leaves_the_folder_free(
    database: Database, data_folder: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(InvalidRequest, match="no registered model"):
        Service.build(settings(data_folder, database_url=url, encoder="no/such-model"))
    open_service(data_folder, database, HashedWords()).close()


def test_what_was_indexed_is_there_when_the_folder_is_opened_again(
    database: Database, data_folder: Path
) -> None:
    first = open_service(data_folder, database, HashedWords())
    index(first, "dams.pdf", DAMS)
    before = first.search("default", SearchQuery("herons")).hits
    first.close()
    second = open_service(data_folder, database, HashedWords())
    assert second.search("default", SearchQuery("herons")).hits == before
    second.close()


def test_closing_twice_is_fine(database: Database, data_folder: Path) -> None:
    service = open_service(data_folder, database, HashedWords())
    service.close()
    service.close()


def test_another_encoder_is_refused_with_the_fields_that_differ(
    database: Database, data_folder: Path
) -> None:
    first = open_service(data_folder, database, HashedWords())
    index(first, "dams.pdf", DAMS)
    first.close()
    second = open_service(data_folder, database, HashedWords(revision="2"))
    with pytest.raises(ManifestMismatch, match="encoder_revision: index '1', here '2'"):
        second.search("default", SearchQuery("herons"))
    with pytest.raises(ManifestMismatch):
        second.upload("default", "more.pdf", [pdf("more")], {})
    with pytest.raises(CollectionExists):
        second.create_collection("default")
    second.close()


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a" * 64, "../a", "a\n"])
def test_a_collection_needs_a_name_that_can_be_a_folder(service: Service, name: str) -> None:
    with pytest.raises(InvalidRequest, match="collection name"):
        service.create_collection(name)


def test_an_upload_into_no_collection_stores_nothing(service: Service) -> None:
    with pytest.raises(CollectionNotFound):
        service.upload("none", "dams.pdf", [DAMS], {})
    assert [path for path in (service.settings.data / "blobs").rglob("*") if path.is_file()] == []


def test_the_same_bytes_from_two_at_once_are_one_document_and_one_job(service: Service) -> None:
    service.create_collection("default")
    start = threading.Barrier(4)
    taken = []

    def upload() -> None:
        start.wait()
        taken.append(service.upload("default", "dams.pdf", [DAMS], {}))

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.worker.run_until_empty()
    assert len({document.id for document, _ in taken}) == 1
    assert sum(job is not None for _, job in taken) == 1
    assert len(service.search("default", SearchQuery("dam herons", limit=100)).hits) == 2


def test_an_answer_quotes_the_page_it_is_from(service: Service) -> None:
    index(service, "dams.pdf", DAMS)
    answer, found = service.ask("default", SearchQuery("How tall is the dam?"))
    assert not answer.refused
    assert answer.citations[0].page == 1
    assert {"encode", "plan", "answer"} <= set(found.timings)
    assert answer.usage == Usage()


def test_an_answer_may_take_its_names_from_other_pages_of_the_document(service: Service) -> None:
    index(service, "dams.pdf", pdf("All about Lake Mournby", "The dam is twelve metres tall"))

    only = SearchQuery("How tall is the dam of Mournby?", limit=1)
    answer, found = service.ask("default", only)
    other, _ = service.ask("default", SearchQuery("How tall is the dam of Borley?", limit=1))

    assert [hit.page for hit in found.hits] == [2]
    assert not answer.refused
    assert other.refused


def test_the_gate_stands_before_a_model_too(database: Database, data_folder: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    nobody = {"vlm_url": "http://127.0.0.1:9/v1", "vlm_model": "looker", "vlm_timeout_s": 1}
    chosen = settings(data_folder, database_url=url, **nobody)
    with closing(Service.build(chosen, encoder=HashedWords())) as service:
        index(service, "dams.pdf", DAMS)

        answer, _ = service.ask("default", SearchQuery("How tall is the dam of Borley?"))

        assert (answer.refused, answer.model) == (True, "looker")
        with pytest.raises(VlmUnavailable):
            service.ask("default", SearchQuery("How tall is the dam?"))


def test_an_empty_collection_answers_nothing(service: Service) -> None:
    service.create_collection("default")
    answer, found = service.ask("default", SearchQuery("How tall is the dam?"))
    assert answer.refused
    assert found.hits == ()


def test_an_answer_is_planned_without_a_model_at_hand(
    database: Database, data_folder: Path
) -> None:
    model = {"vlm_url": "http://127.0.0.1:9/v1", "vlm_model": "qwen2-vl"}  # nobody listens there
    service = open_service(data_folder, database, HashedWords(), **model)
    index(service, "dams.pdf", DAMS)
    shown, found = service.answering.plan("default", SearchQuery("How tall is the dam?", limit=1))
    assert [page.page for page in shown.pages] == [found.hits[0].page]
    assert 1000 < shown.estimated_tokens <= service.settings.vlm_max_input_tokens
    assert "plan" in found.timings
    service.close()


def test_a_model_is_not_asked_when_no_page_fits_or_none_was_found(
    database: Database, data_folder: Path
) -> None:
    model = {"vlm_url": "http://127.0.0.1:9/v1", "vlm_model": "tiny", "vlm_evidence": "image"}
    changes = {**model, "vlm_image_tokens": "fixed:each=9000"}
    service = open_service(data_folder, database, HashedWords(), **changes)
    service.create_collection("empty")
    answer, _ = service.ask("empty", SearchQuery("How tall is the dam?"))
    assert (answer.refused, answer.model) == (True, "tiny")
    index(service, "dams.pdf", DAMS)
    with pytest.raises(InvalidRequest, match="no page fits into 8000 tokens"):
        service.ask("default", SearchQuery("How tall is the dam?"))
    service.close()


def test_a_picture_is_scaled_down_and_never_up(service: Service) -> None:
    index(service, "dams.pdf", DAMS)
    (shown,) = service.catalog.documents("default")
    whole = service.pages.picture("default", shown.id, 1)
    assert service.pages.picture("default", shown.id, 1, width=10_000) == whole
    small = Image.open(io.BytesIO(service.pages.picture("default", shown.id, 1, width=50)))
    assert small.width == 50


def test_a_damaged_picture_is_not_shown(service: Service) -> None:
    index(service, "dams.pdf", DAMS)
    (shown,) = service.catalog.documents("default")
    page = service.catalog.page("default", shown.id, 1)
    with service.blobs.file(page.image_sha256 or "") as path:
        path.write_bytes(b"other")
    with pytest.raises(BlobNotFound, match="damaged"):
        service.pages.picture("default", shown.id, 1)


@pytest.mark.parametrize("name", ["dam\x00.pdf", "/tmp/dam.pdf", "a\\dam.pdf", " dam.pdf "])  # noqa: S108  only a name
def test_a_name_loses_what_is_no_name(name: str) -> None:
    assert display_name(name) == "dam.pdf"


@pytest.mark.parametrize("name", ["", "..", "/", "\n", "a/..", "\x07"])
def test_a_name_of_nothing_is_called_document(name: str) -> None:
    assert display_name(name) == "document"


def test_what_postgres_cannot_keep_is_told_apart_however_deep_it_lies() -> None:
    assert is_storable({"a": ["é", 1, 0.5, None, True, {"b": "\U0001f426"}]})
    for bad in ("\x00", "\ud800", float("nan"), float("inf")):
        assert not is_storable({"a": [{"b": bad}]})
    assert not is_storable({"\x00": 1})


def test_the_shipped_encoder_finds_a_page_by_other_words(
    database: Database, data_folder: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    service = Service.build(settings(data_folder, database_url=url))
    index(service, "birds.pdf", pdf("The invoice is due in March", "Herons nest on the island"))
    best = service.search("default", SearchQuery("Where do the birds breed?")).hits[0]
    assert best.page == 2
    service.close()
