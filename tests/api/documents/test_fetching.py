"""Documents by URL, from the request to the page that is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.cli import pagesight
from api.desk import LocalDesk
from api.documents.fetch_bodies import FromUrl
from api.service import Service
from index.catalog.database import Database
from ingest.fetching.fetcher import Fetcher, FetchPolicy
from ingest.fetching.hosts import HostRule
from tests.conftest import open_service
from tests.serving import HERE
from tests.tiny import HashedWords, pdf, settings, wait_for
from tests.tls_server import HOST, PUBLIC, TlsServer, says, tls_server

FROM_URL = "/v1/collections/default/documents/from-url"
URL = f"https://{HOST}/reports/dams%20and%20herons.pdf"
DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
MAX_BYTES = 50_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    with tls_server(tmp_path) as opened:
        opened.replies["/reports/dams%20and%20herons.pdf"] = says(DAMS)
        yield opened


@pytest.fixture
def small(database: Database, data_folder: Path, encoder: HashedWords) -> Iterator[Service]:
    opened = open_service(data_folder, database, encoder, max_bytes=MAX_BYTES)
    yield opened
    opened.close()


@pytest.fixture
def client(small: Service, server: TlsServer) -> Iterator[TestClient]:
    """A client of a service that may fetch from the server alone."""
    fetcher = Fetcher(
        FetchPolicy((HostRule(HOST),), MAX_BYTES, 0.5),
        resolve=lambda _host, _port: [PUBLIC],
        connect=server.connect,
        tls=server.authority,
    )
    app = create_app(small)
    app.state.desk = LocalDesk(small, fetcher)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as opened:
        opened.post("/v1/collections", json={"name": "default"})
        yield opened


def told(answered: Response) -> tuple[int, str]:
    assert answered.headers["content-type"] == "application/problem+json"
    return answered.status_code, answered.json()["code"]


def blobs(service: Service) -> list[Path]:
    folder = service.settings.data / "blobs"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_document_is_fetched_indexed_and_found(client: TestClient) -> None:
    taken = client.post(FROM_URL, json={"url": URL, "metadata": {"year": 2024}})
    body = taken.json()
    job = f"/v1/jobs/{body['job']['id']}"
    wait_for(lambda: client.get(job).json()["state"] == "done")
    found = client.post("/v1/collections/default/search", json={"query": "herons"}).json()

    assert taken.status_code == 202
    assert body["document"]["name"] == "dams and herons.pdf"
    assert body["document"]["metadata"] == {"year": 2024}
    assert (found["hits"][0]["document"], found["hits"][0]["page"]) == (body["document"]["id"], 2)


def test_the_same_bytes_are_one_document_whether_fetched_or_uploaded(client: TestClient) -> None:
    fetched = client.post(FROM_URL, json={"url": URL})
    again = client.post(FROM_URL, json={"url": URL, "name": "another.pdf"})
    uploaded = client.post("/v1/collections/default/documents", files={"file": ("a.pdf", DAMS)})

    assert (again.status_code, again.json()["job"]) == (200, None)
    assert {one.json()["document"]["id"] for one in (fetched, again, uploaded)} == {
        fetched.json()["document"]["id"]
    }


def test_a_document_longer_than_the_limit_is_refused_and_leaves_nothing(
    client: TestClient, server: TlsServer, small: Service
) -> None:
    chunk = b"%x\r\n%s\r\n" % (MAX_BYTES, b"x" * MAX_BYTES)
    server.replies["/endless"] = says(3 * chunk + b"0\r\n\r\n", "Transfer-Encoding: chunked")
    server.replies["/declared"] = says(b"", f"Content-Length: {MAX_BYTES + 1}")

    for path in ("endless", "declared"):
        answered = client.post(FROM_URL, json={"url": f"https://{HOST}/{path}"})
        assert told(answered) == (413, "too_large")
    assert blobs(small) == []


def test_a_fetch_that_breaks_off_leaves_nothing(
    client: TestClient, server: TlsServer, small: Service
) -> None:
    server.replies["/cut"] = says(DAMS[:500], f"Content-Length: {len(DAMS)}")

    answered = client.post(FROM_URL, json={"url": f"https://{HOST}/cut"})

    assert told(answered) == (502, "fetch_failed")
    assert blobs(small) == []
    assert client.get("/v1/collections/default/documents").json()["documents"] == []


def test_a_server_that_takes_too_long_is_a_time_out(client: TestClient, server: TlsServer) -> None:
    server.replies["/silent"] = lambda connection: connection.recv(1)

    answered = client.post(FROM_URL, json={"url": f"https://{HOST}/silent"})

    assert told(answered) == (504, "fetch_timed_out")


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/a.pdf", f"http://{HOST}/a.pdf", f"https://{HOST}:8080/", "x"]
)
def test_a_url_that_leads_elsewhere_is_refused(
    client: TestClient, server: TlsServer, url: str
) -> None:
    assert told(client.post(FROM_URL, json={"url": url})) == (422, "url_refused")
    assert server.dialled == []


def test_what_cannot_be_taken_in_is_not_fetched(client: TestClient, server: TlsServer) -> None:
    elsewhere = FROM_URL.replace("default", "nowhere")
    bad: dict[str, Any] = {"url": URL, "metadata": {"a": [1]}}

    assert told(client.post(elsewhere, json={"url": URL})) == (404, "collection_not_found")
    assert told(client.post(FROM_URL, json=bad)) == (422, "invalid_request")
    assert server.heads == []


def test_nothing_is_fetched_unless_hosts_are_listed(service: Service) -> None:
    with TestClient(create_app(service, work=False), base_url=HERE) as opened:
        opened.post("/v1/collections", json={"name": "default"})
        answered = opened.post(FROM_URL, json={"url": URL})

    assert told(answered) == (403, "fetching_off")


@pytest.mark.parametrize(
    ("hosts", "code", "status"), [("", "fetching_off", 1), ("example.com", "url_refused", 3)]
)
def test_the_command_line_follows_the_same_rules(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, hosts: str, code: str, status: int
) -> None:
    monkeypatch.setenv("PAGESIGHT_FETCH_HOSTS", hosts)

    done = CliRunner().invoke(pagesight, ["ingest", URL, "--data", str(data_folder)])

    assert done.exit_code == status
    assert code in done.output


@pytest.mark.parametrize(
    ("url", "name", "called"),
    [
        (URL, None, "dams and herons.pdf"),
        (URL, "mine.pdf", "mine.pdf"),
        (f"https://{HOST}/", None, HOST),
        (f"https://{HOST}/a/b/?c=d.pdf", None, "b"),
    ],
)
def test_a_document_is_called_as_asked_or_as_its_url(
    url: str, name: str | None, called: str
) -> None:
    assert FromUrl(url=url, name=name).document_name == called


def test_listed_hosts_are_settings_and_checked_at_the_start(tmp_path: Path) -> None:
    assert settings(tmp_path, fetch_hosts="a.example, *.b.example").fetch_hosts == (
        *("a.example", "*.b.example"),
    )
    with pytest.raises(ValueError, match="is no host to allow"):
        settings(tmp_path, fetch_hosts="https://a.example")
