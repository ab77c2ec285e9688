import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from tests.conftest import open_service
from tests.serving import served
from tests.tiny import HashedWords, index, pdf

FILES = "/v1/collections/default/documents"
UNSENT = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
)


@pytest.fixture
def narrow(database: Database, data_folder: Path) -> Iterator[Service]:
    """A service that lets one document wait, and indexes nothing by itself."""
    opened = open_service(data_folder, database, HashedWords(), max_queued=1)
    index(opened, "report.pdf", pdf("heron"))
    yield opened
    opened.close()


@pytest.fixture
def client(narrow: Service) -> Iterator[httpx.Client]:
    app = create_app(narrow, work=False)
    with served(app) as url, httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


def send(client: httpx.Client, text: str) -> httpx.Response:
    return client.post(FILES, files={"file": ("more.pdf", pdf(text), "application/pdf")})


def test_a_full_queue_refuses_files_and_nothing_else(client: httpx.Client) -> None:
    accepted = send(client, "dam")
    assert accepted.status_code == 202
    job = accepted.json()["job"]["id"]

    refused = send(client, "weir")

    assert (refused.status_code, refused.json()["code"]) == (503, "queue_full")
    assert refused.headers["Retry-After"]
    assert "1 documents wait" in refused.json()["detail"]
    ready = client.get(FILES, params={"state": "ready"}).json()["documents"][0]["id"]
    replaced = client.put(f"{FILES}/{ready}", files={"file": ("x.pdf", pdf("x"))})
    assert replaced.json()["code"] == "queue_full"
    found = client.post("/v1/collections/default/search", json={"query": "heron"})
    assert len(found.json()["hits"]) == 1
    assert client.post(f"/v1/jobs/{job}/cancel").status_code == 200
    assert client.delete(f"{FILES}/{ready}").status_code == 204
    assert send(client, "weir").status_code == 202
    assert client.post(f"/v1/jobs/{job}/retry").json()["code"] == "queue_full"


def test_a_full_queue_is_told_before_the_file_is_read(client: httpx.Client) -> None:
    send(client, "dam")
    address = urlsplit(str(client.base_url))
    assert address.port is not None
    with socket.create_connection((address.hostname or "", address.port), timeout=30) as line:
        line.sendall(UNSENT.format(path=FILES).encode())
        answer = line.recv(65536).decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 503")
    assert json.loads(body or "{}").get("code", "queue_full") == "queue_full"
