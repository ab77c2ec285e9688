"""Reindexing by every way in: REST, the command line here and over a server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client.desk import RemoteDesk
from api.client.failures import RemoteError
from api.client.synchronous import PagesightClient
from api.commands.reindex import wait
from api.desk import LocalDesk
from api.schemas import NewReindex
from api.service import Service
from index.catalog.database import Database
from tests.api.test_app import assert_problem
from tests.command_line import run
from tests.conftest import open_service
from tests.serving import HERE
from tests.tiny import HashedWords, index, pdf, wait_for

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
REINDEX = "/v1/collections/default/reindex"


@pytest.fixture
def reopened(database: Database, data_folder: Path) -> Iterator[Service]:
    """A service whose settings name another encoder than the one its collection was built with."""
    first = open_service(data_folder, database, HashedWords())
    index(first, "dams.pdf", DAMS)
    first.close()
    second = open_service(data_folder, database, HashedWords(name="other"))
    second.shelf.put(HashedWords())
    yield second
    second.close()


@pytest.fixture
def client(reopened: Service) -> Iterator[TestClient]:
    with TestClient(create_app(reopened), base_url=HERE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def remote(client: TestClient) -> RemoteDesk:
    return RemoteDesk(PagesightClient(http=client))  # type: ignore[arg-type]  # httpx's client by another name


def ended(client: TestClient) -> dict[str, Any]:
    wait_for(lambda: client.get(REINDEX).json()["state"] in ("done", "failed"))
    body: dict[str, Any] = client.get(REINDEX).json()
    return body


def test_a_collection_is_reindexed_rolled_back_and_the_other_index_dropped(
    client: TestClient,
) -> None:
    begun = client.post(REINDEX, json={})
    assert begun.status_code == 202
    assert begun.json()["other"] == {"encoder": "other", "revision": "1", "rows": "text"}
    body = ended(client)
    assert body == {
        "collection": "default",
        "state": "done",
        "rollback": False,
        "answers": {"encoder": "other", "revision": "1", "rows": "text"},
        "other": {"encoder": "hashed-words", "revision": "1", "rows": "text"},
        "pages_done": 2,
        "pages_total": 2,
        "error": None,
    }
    assert client.get("/v1/collections/default").json()["encoder"] == "other"
    assert client.post(f"{REINDEX}/rollback").status_code == 202
    back = ended(client)
    assert (back["rollback"], back["answers"]["encoder"]) == (True, "hashed-words")
    assert client.delete(REINDEX).status_code == 204
    assert_problem(client.get(REINDEX), 404, "rebuild_not_found")


def test_what_cannot_be_reindexed_is_told_as_a_problem(client: TestClient) -> None:
    nowhere = "/v1/collections/none/reindex"
    assert_problem(client.post(nowhere, json={}), 404, "collection_not_found")
    assert_problem(client.get(nowhere), 404, "collection_not_found")
    assert_problem(client.delete(nowhere), 404, "collection_not_found")
    assert_problem(client.post(f"{nowhere}/rollback"), 404, "rebuild_not_found")
    assert_problem(client.post(f"{REINDEX}/rollback"), 404, "rebuild_not_found")
    assert_problem(client.post(REINDEX, json={"rows": "none"}), 422, "invalid_request")
    unknown = {"encoder": "no/such-model"}
    assert_problem(client.post(REINDEX, json=unknown), 422, "invalid_request")


def test_a_folder_of_the_server_cannot_be_named(client: TestClient, tmp_path: Path) -> None:
    answered = client.post(REINDEX, json={"encoder": str(tmp_path)})
    assert_problem(answered, 422, "invalid_request")


def test_a_second_reindex_with_another_encoder_is_refused(reopened: Service) -> None:
    with TestClient(create_app(reopened, work=False), base_url=HERE) as client:
        assert client.post(REINDEX, json={}).status_code == 202
        assert client.post(REINDEX, json={}).json()["state"] == "queued"
        other = client.post(REINDEX, json={"encoder": "all-MiniLM-L6-v2"})
        assert_problem(other, 409, "rebuild_busy")
        assert_problem(client.post(f"{REINDEX}/rollback"), 409, "rebuild_busy")


def test_the_command_line_waits_for_a_server_that_does_the_work(remote: RemoteDesk) -> None:
    remote.reindex("default", NewReindex())
    assert wait(remote, "default").answers.encoder == "other"
    remote.roll_back("default")
    assert wait(remote, "default").answers.encoder == "hashed-words"
    remote.forget_reindex("default")
    with pytest.raises(RemoteError) as told:
        remote.reindexed("default")
    assert told.value.code == "rebuild_not_found"


def test_the_command_line_does_the_work_where_the_folder_is_its_own(reopened: Service) -> None:
    desk = LocalDesk(reopened)
    desk.reindex("default", NewReindex(encoder="other"))
    ended = wait(desk, "default")
    assert (ended.state, ended.answers.encoder, ended.pages_done) == ("done", "other", 2)


def test_the_command_reindexes_and_drops_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "dams.pdf").write_bytes(DAMS)
    data = tmp_path / "data"
    assert run("ingest", tmp_path / "dams.pdf", data=data).returncode == 0
    done = run("reindex", "--encoder", "all-MiniLM-L6-v2", "--json", data=data)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "done"
    assert (data / "vectors" / "default-1").is_dir()
    back = run("reindex", "--rollback", data=data)
    assert "all-MiniLM-L6-v2 (text rows) answers now" in back.stdout
    assert "forgotten" in run("reindex", "--forget", data=data).stdout
    assert [path.name for path in (data / "vectors").iterdir()] == ["default-1"]
    found = run("search", "Where do herons nest?", "--json", "--limit", "1", data=data)
    assert [hit["page"] for hit in json.loads(found.stdout)["hits"]] == [2]


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    nothing = run("reindex", data=tmp_path / "data")
    assert nothing.returncode == 1
    assert "collection_not_found" in nothing.stderr
    both = run("reindex", "--forget", "--encoder", "a", data=tmp_path / "data")
    assert both.returncode == 2
