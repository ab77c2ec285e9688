"""The header `Idempotency-Key` over REST."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from tests.conftest import open_service
from tests.serving import served
from tests.tiny import HashedWords, pdf, wait_for

KEY = {"Idempotency-Key": "upload-1"}
DOCUMENTS = "/v1/collections/default/documents"
DAMS = pdf("The dam is twelve metres tall")


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with (
        served(create_app(service, work=False)) as url,
        httpx.Client(base_url=url, timeout=30) as opened,
    ):
        service.create_collection("default")
        yield opened


def upload(client: httpx.Client, content: bytes = DAMS, **form: str) -> httpx.Response:
    return client.post(DOCUMENTS, files={"file": ("dams.pdf", content)}, data=form, headers=KEY)


def test_an_upload_that_comes_again_gets_the_first_answer(
    client: httpx.Client, service: Service
) -> None:
    first = upload(client)
    again = upload(client)

    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert first.json()["job"] is not None
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/json"
    assert len(service.ledger.jobs("default")) == 1


def test_without_a_key_nothing_is_replayed(client: httpx.Client) -> None:
    files = {"file": ("dams.pdf", DAMS)}
    codes = [client.post(DOCUMENTS, files=files).status_code for _ in range(2)]

    assert codes == [202, 200]


@pytest.mark.parametrize("change", ["content", "metadata", "method", "path"])
def test_the_key_with_another_request_is_refused(client: httpx.Client, change: str) -> None:
    document = upload(client).json()["document"]["id"]
    files = {"file": ("dams.pdf", DAMS)}

    other = {
        "content": lambda: upload(client, pdf("another")),
        "metadata": lambda: upload(client, metadata='{"year": 2024}'),
        "method": lambda: client.put(f"{DOCUMENTS}/{document}", files=files, headers=KEY),
        "path": lambda: client.post("/v1/collections", json={"name": "b"}, headers=KEY),
    }[change]()

    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_large_file_is_hashed_where_it_lies_and_kept_whole(
    client: httpx.Client, service: Service
) -> None:
    content = DAMS + b"%" * (3 << 20)

    document = upload(client, content).json()["document"]
    again = upload(client, content)

    (kept,) = service.catalog.documents("default")
    assert str(kept.id) == document["id"]
    assert kept.n_bytes == len(content)
    assert again.json()["document"] == document


def test_what_failed_may_be_tried_again_with_its_key(
    client: httpx.Client, service: Service
) -> None:
    body = {"name": "default", "language": ["de"]}
    refused = client.post("/v1/collections", json=body, headers=KEY)
    service.delete_collection("default")
    made = client.post("/v1/collections", json=body, headers=KEY)

    assert (refused.status_code, made.status_code) == (409, 201)


def test_a_job_is_tried_again_once_however_often_it_is_asked_for(
    client: httpx.Client, service: Service
) -> None:
    job = upload(client).json()["job"]["id"]
    client.post(f"/v1/jobs/{job}/cancel")

    asked = [client.post(f"/v1/jobs/{job}/retry", headers={"Idempotency-Key": "r"}) for _ in "ab"]

    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    assert len(service.ledger.jobs("default")) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "é".encode()])
def test_a_key_that_cannot_be_one_is_refused(client: httpx.Client, key: str | bytes) -> None:
    headers = {b"Idempotency-Key": key.encode() if isinstance(key, str) else key}

    answered = client.post("/v1/collections", json={"name": "b"}, headers=headers)

    assert (answered.status_code, answered.json()["code"]) == (422, "invalid_request")


def test_while_the_first_is_worked_on_it_is_refused_and_then_replayed_in_any_process(
    service: Service, database: Database, tmp_path: Path
) -> None:
    """Two services on one database, as two processes of a fleet are."""
    service.create_collection("default")
    other = open_service(tmp_path / "other", database, HashedWords())
    with (
        served(create_app(service, work=False)) as here,
        served(create_app(other, work=False)) as there,
        httpx.Client(base_url=here, timeout=30) as first,
        httpx.Client(base_url=there, timeout=30) as second,
        ThreadPoolExecutor(1) as thread,
    ):
        with database.engine.begin() as connection:  # its lock holds the first request up
            connection.execute(text("SELECT 1 FROM collections FOR UPDATE"))
            sent = thread.submit(upload, first)
            wait_for(lambda: n_receipts(database) == 1)
            refused = upload(second)
        answered = sent.result()
        replayed = upload(second)

    assert (refused.status_code, refused.json()["code"]) == (409, "request_in_progress")
    assert answered.status_code == 202
    assert replayed.json() == answered.json()
    assert replayed.headers["idempotent-replayed"] == "true"


def n_receipts(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM receipts")).scalar_one())
