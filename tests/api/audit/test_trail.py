"""Every request that changes something, or was to, has one line of the audit log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.audit.deeds import ACTIONS, CHANGE_NOTHING
from api.service import Service
from index.catalog.accounts import NewKey, Scope
from index.catalog.audit import AuditLog
from index.catalog.database import Database
from index.catalog.lines import Line
from tests.serving import HERE
from tests.tiny import HashedWords, pdf, settings

NOTHING = {
    "collection": "default",
    "document": str(UUID(int=7)),
    "job": str(UUID(int=7)),
    "key": "0" * 16,
    "question": "q",
    "evaluation": "e",
}
CHANGING = {"post", "put", "patch", "delete"}
DOCUMENTS = "/v1/collections/default/documents"
CANARY = "heliotrope"


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service, work=False)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def log(service: Service) -> AuditLog:
    return AuditLog(service.database.engine)


def told(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.deed.action, line.deed.result) for line in lines]


def upload(client: TestClient, name: str = "vault.pdf", **sent: Any) -> httpx2.Response:
    files = {"file": (name, pdf(CANARY))}
    return client.post(DOCUMENTS, files=files, **sent)


def headers(service: Service, *scopes: Scope, tenant: str = "default") -> dict[str, str]:
    _, token = service.keys.issue(NewKey("test", tenant, frozenset(scopes)))
    return {"Authorization": f"Bearer {token}"}


def test_every_route_that_may_change_something_has_a_verb(app: FastAPI) -> None:
    described = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if method in CHANGING
    }

    assert described == ACTIONS.keys() | CHANGE_NOTHING
    assert not ACTIONS.keys() & CHANGE_NOTHING


@pytest.mark.parametrize(("method", "path"), ACTIONS)
def test_a_request_has_exactly_one_line(
    client: TestClient, log: AuditLog, service: Service, method: str, path: str
) -> None:
    answer = client.request(
        method, path.format(**NOTHING), json={}, headers=headers(service, "read")
    )

    (line,) = log.lines()
    assert line.deed.action == ACTIONS[method, path]
    assert line.deed.result == answer.json()["code"]
    assert line.deed.request == answer.headers["X-Request-ID"]
    assert set(line.deed.about) == {n for n in NOTHING if f"{{{n}}}" in path}


@pytest.mark.parametrize(("method", "path"), sorted(CHANGE_NOTHING))
def test_asking_leaves_no_line(client: TestClient, log: AuditLog, method: str, path: str) -> None:
    client.request(method, path.format(**NOTHING), json={"query": CANARY})

    assert log.lines() == []


def test_what_was_done_is_told_with_ids_and_without_names(
    client: TestClient, log: AuditLog, service: Service
) -> None:
    key = headers(service, "ingest", "delete", "admin", "read")
    client.post("/v1/collections", json={"name": "default"}, headers=key)
    sent = upload(client, f"{CANARY}.pdf", data={"metadata": f'{{"a": "{CANARY}"}}'}, headers=key)
    document = sent.json()["document"]["id"]
    client.patch(f"{DOCUMENTS}/{document}", json={"name": CANARY}, headers=key)
    made = client.post("/v1/keys", json={"name": CANARY}, headers=key).json()
    client.delete(f"{DOCUMENTS}/{document}", headers=key)
    receipt = client.post("/v1/erasures", json={}, headers=key).json()

    lines = log.lines()
    assert told(lines) == [
        ("collection.create", "done"),
        ("document.upload", "done"),
        ("document.change", "done"),
        ("key.create", "done"),
        ("document.delete", "done"),
        ("document.erase", "done"),
    ]
    here = {"collection": "default"}
    of_it = here | {"document": document}
    assert [line.deed.about for line in lines[:-1]] == [
        here,
        of_it | {"job": sent.json()["job"]["id"]},
        of_it,
        {"key": made["id"]},
        of_it,
    ]
    assert {line.deed.who for line in lines} == {key["Authorization"].split("_")[1]}
    assert lines[-1].deed.about == {"erased": receipt["erased"]}
    assert (receipt["line"], receipt["digest"]) == (6, lines[-1].digest)
    assert [one["document"] for one in receipt["erased"]] == [document]
    assert CANARY not in str(lines)
    assert made["token"] not in str(lines)
    assert log.verify().is_whole


def test_what_somebody_may_not_do_is_noted(
    client: TestClient, log: AuditLog, service: Service
) -> None:
    client.delete(f"{DOCUMENTS}/{CANARY}.pdf", headers=headers(service, "read"))

    (line,) = log.lines()
    assert (line.deed.action, line.deed.result) == ("document.delete", "forbidden")
    assert line.deed.about == {"collection": "default"}


def test_strangers_do_not_fill_the_log(client: TestClient, log: AuditLog, service: Service) -> None:
    headers(service, "read")

    assert client.delete("/v1/collections/default").status_code == 401
    assert log.lines() == []


def test_a_request_that_comes_again_is_told_as_such(client: TestClient, log: AuditLog) -> None:
    client.post("/v1/collections", json={"name": "default"})
    for _ in range(2):
        upload(client, headers={"Idempotency-Key": "k"})

    assert told(log.lines(after=1)) == [
        ("document.upload", "done"),
        ("document.upload", "replayed"),
    ]


def test_without_its_line_a_change_is_not_said_to_be_done(
    database: Database, data_folder: Path
) -> None:
    url = database.engine.url.update_query_dict({"options": "-c lock_timeout=300"})
    wanted = settings(data_folder, database_url=url.render_as_string(hide_password=False))
    opened = Service.build(wanted, encoder=HashedWords())
    with (
        TestClient(create_app(opened, work=False), base_url=HERE) as client,
        database.engine.begin() as connection,
    ):
        connection.exec_driver_sql("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        answer = client.post("/v1/collections", json={"name": "default"})

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


def test_a_tenant_lists_its_own_lines(client: TestClient, service: Service) -> None:
    for tenant in ("acme", "globex"):
        key = headers(service, "ingest", "admin", tenant=tenant)
        client.post("/v1/collections", json={"name": "reports"}, headers=key)

    listed = client.get("/v1/audit", headers=key).json()

    assert [line["about"] for line in listed["lines"]] == [{"collection": "globex.reports"}]
    assert listed["next"] is None


def test_the_log_is_listed_page_by_page(client: TestClient, log: AuditLog) -> None:
    for name in ("a", "b", "c"):
        client.post("/v1/collections", json={"name": name})

    first = client.get("/v1/audit", params={"limit": 2}).json()
    rest = client.get("/v1/audit", params={"limit": 2, "cursor": first["next"]}).json()

    digests = [line["digest"] for line in [*first["lines"], *rest["lines"]]]
    assert digests == [line.digest for line in log.lines()]
    assert rest["next"] is None


def test_erasing_named_documents_needs_the_scope_to_delete(
    client: TestClient, service: Service, log: AuditLog
) -> None:
    body = {"collection": "default", "documents": [NOTHING["document"]]}
    answer = client.post("/v1/erasures", json=body, headers=headers(service, "admin"))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert told(log.lines()) == [("document.erase", "forbidden")]


def test_another_tenants_collection_is_not_erased(client: TestClient, service: Service) -> None:
    owner = headers(service, "ingest", tenant="acme")
    client.post("/v1/collections", json={"name": "reports"}, headers=owner)

    body = {"collection": "acme.reports"}
    answer = client.post("/v1/erasures", json=body, headers=headers(service, "admin"))

    assert (answer.status_code, answer.json()["code"]) == (404, "collection_not_found")
