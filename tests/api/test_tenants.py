"""No key reads, infers or deletes another tenant's data."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.app import create_app
from api.routes.shared import Needs
from api.service import Service
from index.catalog.accounts import SCOPES, NewKey, Scope
from tests.serving import HERE
from tests.tiny import pdf

SECRETS = pdf("The vault of Acme opens with the word heliotrope.")
BODIES: dict[tuple[str, str], Any] = {  # what a route wants that looks at more than names
    ("PATCH", "{document}"): {"metadata": {}},
    ("POST", "completions"): {
        "model": "acme.reports",
        "messages": [{"role": "user", "content": "heliotrope"}],
    },
}


class Nothing(dict[str, str]):
    """Names of what is not there."""

    def __missing__(self, name: str) -> str:
        return "1"


NOTHING = Nothing()


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service, work=False)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as opened:
        yield opened


class Tenant:
    """A tenant's way to the service, with a key of these scopes."""

    def __init__(self, client: TestClient, name: str, scopes: frozenset[Scope] = SCOPES) -> None:
        service: Service = client.app.state.service  # type: ignore[attr-defined]  # an ASGI app
        self.key, token = service.keys.issue(NewKey("test", name, scopes))
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client
        self._service = service

    def ask(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """Send a request with the tenant's key."""
        return self._client.request(method, path, headers=self._headers, **sent)

    def reach(self, method: str, path: str, **names: Any) -> httpx2.Response:
        """Ask a route for something named, sending what it may want."""
        is_upload = method in ("PUT", "POST") and path.endswith(("/documents", "/{document}"))
        json = BODIES.get((method, path.rpartition("/")[2]), {})
        body = {"files": {"file": ("x.pdf", SECRETS)}} if is_upload else {"json": json}
        asked = {"query": "heliotrope"}
        return self.ask(method, path.format(**names), params=asked, **body)

    def make(self, collection: str, **settings: Any) -> httpx2.Response:
        """Make a collection."""
        return self.ask("POST", "/v1/collections", json={"name": collection, **settings})

    def upload(self, collection: str, content: bytes = SECRETS) -> dict[str, Any]:
        """Hand a file in and have it indexed."""
        files = {"file": ("vault.pdf", content)}
        sent = self.ask("POST", f"/v1/collections/{collection}/documents", files=files)
        assert sent.status_code in (200, 202), sent.text
        self._service.worker.run_until_empty()
        found: dict[str, Any] = sent.json()
        return found

    def hits(self, collection: str) -> list[dict[str, Any]]:
        """Search for the secret."""
        asked = {"query": "heliotrope"}
        found = self.ask("POST", f"/v1/collections/{collection}/search", json=asked)
        assert found.status_code == 200, found.text
        hits: list[dict[str, Any]] = found.json()["hits"]
        return hits


def routes(app: FastAPI) -> list[tuple[str, str, list[Needs]]]:
    """Every method and path under /v1 with the scopes that it asks for."""
    return [
        (method, route.path, [d.dependency for d in route.dependencies if _is_need(d.dependency)])
        for route in iter_route_contexts(app.routes)
        if route.path is not None and route.path.startswith("/v1")
        for method in sorted(route.methods or ())
    ]


def ids(owner: Tenant, sent: dict[str, Any]) -> dict[str, Any]:
    """What a tenant's things are called in paths."""
    document, job = sent["document"]["id"], sent["job"]["id"]
    return {"document": document, "job": job, "page": 1, "key": owner.key.id, "question": document}


def _is_need(dependency: object) -> bool:
    return isinstance(dependency, Needs)


def test_every_route_under_v1_asks_for_one_scope(app: FastAPI) -> None:
    found = routes(app)
    assert len(found) > 20
    assert [path for _, path, scopes in found if len(scopes) != 1] == []


def test_a_foreign_collection_is_not_found_on_any_route(app: FastAPI, client: TestClient) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    acme.make("reports")
    names = ids(acme, acme.upload("reports"))
    tried = 0
    for method, path, _ in routes(app):
        if any(part in path for part in ("{collection}", "{job}", "{key}", "{model}", "/chat/")):
            taken = globex.reach(
                method, path, **names, collection="acme.reports", model="acme.reports"
            )
            assert taken.status_code == 404, (method, path, taken.text)
            assert "heliotrope" not in taken.text
            tried += 1
    assert tried > 20
    assert len(acme.hits("reports")) == 1


def test_a_foreign_document_is_not_found_in_a_collection_of_ones_own(
    app: FastAPI, client: TestClient
) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    acme.make("reports")
    globex.make("reports")
    names = ids(acme, acme.upload("reports"))
    tried = 0
    for method, path, _ in routes(app):
        if any(part in path for part in ("{document}", "{job}", "{key}")):
            taken = globex.reach(method, path, **names, collection="reports")
            assert taken.status_code == 404, (method, path, taken.text)
            tried += 1
    assert tried > 8
    assert len(acme.hits("reports")) == 1


def test_a_foreign_name_answers_word_for_word_as_one_that_nobody_has(client: TestClient) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    acme.make("reports")
    taken = globex.ask("GET", "/v1/collections/acme.reports").json()
    free = globex.ask("GET", "/v1/collections/acme.nothing").json()
    assert taken.pop("request_id") != free.pop("request_id")
    assert str(taken) == str(free).replace("nothing", "reports")


def test_tenants_may_use_the_same_name_and_the_same_bytes(client: TestClient) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    for tenant in (acme, globex):
        assert tenant.make("reports").json()["name"] == "reports"
    mine, theirs = acme.upload("reports"), globex.upload("reports")
    assert mine["document"]["id"] != theirs["document"]["id"]
    globex.ask("DELETE", f"/v1/collections/reports/documents/{theirs['document']['id']}")
    assert globex.hits("reports") == []
    assert [hit["document"] for hit in acme.hits("reports")] == [mine["document"]["id"]]


def test_a_tenant_makes_collections_of_its_own_alone_however_it_calls_them(
    client: TestClient,
) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")

    assert acme.make("acme.reports").json()["name"] == "reports"
    for name in ("acme.reports", "acme.nothing", "default.reports"):
        refused = globex.make(name)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert [one["name"] for one in globex.ask("GET", "/v1/collections").json()] == []
    assert [one["name"] for one in acme.ask("GET", "/v1/collections").json()] == ["reports"]


def test_a_tenant_is_listed_its_own_collections_and_keys(client: TestClient) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    acme.make("reports")
    globex.make("letters")
    for tenant, name in ((acme, "reports"), (globex, "letters")):
        listed = tenant.ask("GET", "/v1/collections").json()
        assert [one["name"] for one in listed] == [name]
        keys = tenant.ask("GET", "/v1/keys").json()["keys"]
        assert [key["id"] for key in keys] == [tenant.key.id]


def test_a_public_collection_is_read_by_others_and_changed_by_none_of_them(
    client: TestClient,
) -> None:
    acme, globex = Tenant(client, "acme"), Tenant(client, "globex")
    acme.make("reports", visibility="public")
    document = acme.upload("reports")["document"]["id"]
    assert len(globex.hits("acme.reports")) == 1
    page = f"/v1/collections/acme.reports/documents/{document}"
    assert globex.ask("GET", f"{page}/pages/1/image").status_code == 200
    assert globex.ask("DELETE", page).status_code == 404
    assert globex.ask("DELETE", "/v1/collections/acme.reports").status_code == 404
    acme.ask("PATCH", "/v1/collections/reports", json={"visibility": "private"})
    assert globex.ask("GET", page).status_code == 404


def test_making_a_collection_again_leaves_it_public(client: TestClient) -> None:
    acme = Tenant(client, "acme")
    acme.make("reports", visibility="public")
    assert acme.make("reports").json()["visibility"] == "public"


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_key_of_one_scope_reaches_the_routes_of_that_scope_alone(
    app: FastAPI, client: TestClient, scope: Scope
) -> None:
    narrow = Tenant(client, "acme", frozenset({scope}))
    for method, path, (need,) in routes(app):
        answer = narrow.ask(method, path.format_map(NOTHING))
        assert (answer.status_code == 403) is (need.scope != scope), (method, path, answer.text)


def test_without_a_good_key_nothing_under_v1_answers(app: FastAPI, client: TestClient) -> None:
    Tenant(client, "acme")
    for method, path, _ in routes(app):
        answer = client.request(method, path.format_map(NOTHING))
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/livez").status_code == 204
    assert client.get("/readyz").status_code == 200


def test_a_key_that_asks_too_often_is_told_when_to_come_back(client: TestClient) -> None:
    acme = Tenant(client, "acme")
    limits = {"requests_per_minute": 2}
    made = acme.ask("POST", "/v1/keys", json={"name": "busy", "limits": limits}).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    answers = [client.get("/v1/collections", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


def test_a_key_made_over_rest_is_of_the_same_tenant_and_can_be_revoked(client: TestClient) -> None:
    acme = Tenant(client, "acme")
    body = {"name": "reader", "scopes": ["read"], "expires_at": "2100-01-01T00:00:00Z"}
    made = acme.ask("POST", "/v1/keys", json=body)
    assert made.status_code == 201
    assert (made.json()["tenant"], made.json()["scopes"]) == ("acme", ["read"])
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    assert client.get("/v1/collections", headers=headers).status_code == 200
    assert acme.ask("DELETE", f"/v1/keys/{made.json()['id']}").json()["revoked_at"]
    assert client.get("/v1/collections", headers=headers).status_code == 401
    assert made.json()["token"] not in acme.ask("GET", "/v1/keys").text


def test_the_first_key_is_not_made_over_rest(client: TestClient) -> None:
    refused = client.post("/v1/keys", json={"name": "first"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_an_upload_without_a_key_is_refused_before_its_body_is_read(client: TestClient) -> None:
    Tenant(client, "acme")
    sent: list[int] = []

    def body() -> Iterator[bytes]:
        for _ in range(8):
            sent.append(1)
            yield b"x" * 1024

    path = "/v1/collections/reports/documents"
    assert client.post(path, content=body()).status_code == 401
