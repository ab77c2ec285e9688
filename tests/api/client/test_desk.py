from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from api.client.desk import RemoteDesk
from api.client.failures import RemoteError
from api.commands.ingest import ingest_files
from api.desk import Desk, LocalDesk
from api.documents.page_words import as_page_words
from api.extraction.bodies import ExtractRequest
from api.questions.bodies import AnswerRequest, FilterBody, SearchRequest
from api.schemas import NewCollection
from api.service import Service
from index.errors import Unavailable
from index.words import decode_words
from tests.tiny import pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")


@pytest.fixture
def remote(url: str) -> Iterator[RemoteDesk]:
    desk = RemoteDesk.connect(url)
    yield desk
    desk.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dams.pdf"
    path.write_bytes(DAMS)
    return path


def ingest(desk: Desk, *paths: Path) -> list[tuple[str, str]]:
    report = ingest_files(desk, NewCollection(name="default"), paths, metadata={"year": 2024})
    return [(document.name, document.state) for document in report.documents]


def test_a_file_is_handed_in_over_the_wire_and_found(remote: RemoteDesk, file: Path) -> None:
    assert ingest(remote, file) == [("dams.pdf", "ready")]
    found = remote.search("default", SearchRequest(query="Where do herons nest?", limit=1)).hits
    assert [(hit.name, hit.page) for hit in found] == [("dams.pdf", 2)]


def test_who_runs_the_service_fills_a_tenants_collection_by_its_full_name(
    service: Service, file: Path
) -> None:
    wanted = NewCollection(name="acme.reports")

    report = ingest_files(LocalDesk(service), wanted, [file], metadata={})

    assert [document.state for document in report.documents] == ["ready"]
    assert [one.name for one in service.catalog.collections()] == ["acme.reports"]


def test_a_server_without_keys_makes_a_tenants_collection_too(
    remote: RemoteDesk, service: Service
) -> None:
    assert remote.ensure_collection(NewCollection(name="acme.reports")).name == "acme.reports"
    assert [one.name for one in service.catalog.collections()] == ["acme.reports"]


def test_the_wire_changes_nothing_of_what_is_said(
    remote: RemoteDesk, service: Service, file: Path
) -> None:
    local = LocalDesk(service)
    ingest(remote, file)
    only = FilterBody(names=["d*"], metadata={"year": 2024})
    for desk in (remote, local):
        assert desk.ensure_collection(NewCollection(name="default")).documents == 1
    asked = SearchRequest(query="dam", filter=only)
    assert remote.search("default", asked).hits == local.search("default", asked).hits
    wanted = AnswerRequest(query="How tall is the dam?")
    told, here = remote.ask("default", wanted), local.ask("default", wanted)
    assert told.model_copy(update={"timings": {}}) == here.model_copy(update={"timings": {}})
    planned, seen = remote.plan_answer("default", wanted), local.plan_answer("default", wanted)
    assert planned.model_copy(update={"timings": {}}) == seen.model_copy(update={"timings": {}})
    fields = ExtractRequest(fields={"type": "object", "properties": {"dam": {"type": "string"}}})
    assert remote.extract("default", fields) == local.extract("default", fields)
    listed = remote.documents("default", limit=1, cursor=None)
    assert listed == local.documents("default", limit=1, cursor=None)
    again = remote.documents("default", limit=1, cursor=listed.next)
    assert again.documents == []
    document = listed.documents[0].id
    assert remote.document("default", document) == local.document("default", document)
    shown = remote.page_words("default", document, 2)
    assert shown == local.page_words("default", document, 2)
    assert as_page_words(shown) == decode_words(
        service.blobs.read(service.catalog.page("default", UUID(document), 2).words_sha256 or "")
    )
    picture = remote.page_image("default", document, 2)
    assert picture == local.page_image("default", document, 2)
    remote.delete_document("default", document)
    assert local.documents("default", limit=1, cursor=None).documents == []


def test_a_folder_of_files_ends_with_each_files_state(remote: RemoteDesk, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "dams.pdf").write_bytes(DAMS)
    (folder / "notes.txt").write_text("no document")
    (folder / "empty.pdf").touch()
    (folder / ".hidden.pdf").write_bytes(DAMS)
    report = ingest_files(remote, NewCollection(name="default"), [folder], metadata={})
    assert {(d.name, d.state) for d in report.documents} == {
        ("dams.pdf", "ready"),
        ("notes.txt", "failed"),
    }
    assert [(Path(r.path).name, r.error.code) for r in report.rejected] == [("empty.pdf", "empty")]


def test_an_error_comes_back_with_its_code_and_sentence(remote: RemoteDesk) -> None:
    with pytest.raises(RemoteError, match="no collection 'none'") as caught:
        remote.search("none", SearchRequest(query="a"))
    assert caught.value.code == "collection_not_found"


def test_a_server_that_is_not_there_is_unavailable() -> None:
    desk = RemoteDesk.connect("http://127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 does not answer"):
        desk.job("x")
    desk.close()
