"""Three tenants do what they like, in any order; each sees what a model of it alone says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from api.app import create_app
from index.catalog.database import Database
from tests.api.test_tenants import Tenant
from tests.conftest import fresh_database, open_service
from tests.serving import HERE
from tests.tiny import HashedWords, pdf

TENANTS = ("default", "acme", "globex")
NAMES = ("letters", "reports")
FILES = {word: pdf(f"The word is {word}.") for word in ("amaranth", "heliotrope", "viridian")}

tenants, names = strategies.sampled_from(TENANTS), strategies.sampled_from(NAMES)
words = strategies.sampled_from(sorted(FILES))


class Tenants(RuleBasedStateMachine):
    """The service beside a model: tenant -> collection -> word -> document."""

    def __init__(self, postgres: Database, migrated: str) -> None:
        super().__init__()
        self._open = ExitStack()
        self._client = self._open.enter_context(_client(postgres, migrated))
        self.model: dict[str, dict[str, dict[str, str]]] = {name: {} for name in TENANTS}
        self.public: set[tuple[str, str]] = set()

    @initialize()
    def make_keys(self) -> None:
        """Give every tenant a key."""
        self.tenants = {name: Tenant(self._client, name) for name in TENANTS}

    @rule(who=tenants, name=names)
    def make(self, who: str, name: str) -> None:
        """Make a collection."""
        assert self.tenants[who].make(name).status_code == 201
        self.model[who].setdefault(name, {})

    @rule(who=tenants, name=names, word=words)
    def upload(self, who: str, name: str, word: str) -> None:
        """Hand a file in, where there is a collection for it."""
        if name in self.model[who]:
            sent = self.tenants[who].upload(name, FILES[word])
            self.model[who][name][word] = sent["document"]["id"]

    @rule(who=tenants, whose=tenants, name=names, word=words)
    def delete(self, who: str, whose: str, name: str, word: str) -> None:
        """Try to delete a document, one's own or another's."""
        document = self.model[whose].get(name, {}).get(word)
        if document is not None:
            path = f"/v1/collections/{whose}.{name}/documents/{document}"
            answer = self.tenants[who].ask("DELETE", path)
            assert answer.status_code == (204 if who == whose else 404)
            if who == whose:
                del self.model[whose][name][word]

    @rule(who=tenants, name=names)
    def end(self, who: str, name: str) -> None:
        """Delete a collection."""
        known = name in self.model[who]
        answer = self.tenants[who].ask("DELETE", f"/v1/collections/{name}")
        assert answer.status_code == (204 if known else 404)
        self.model[who].pop(name, None)
        self.public.discard((who, name))

    @rule(who=tenants, name=names, visibility=strategies.sampled_from(["private", "public"]))
    def show(self, who: str, name: str, visibility: str) -> None:
        """Let others read a collection, or no longer."""
        if name in self.model[who]:
            path = f"/v1/collections/{name}"
            self.tenants[who].ask("PATCH", path, json={"visibility": visibility})
            change = self.public.add if visibility == "public" else self.public.discard
            change((who, name))

    @rule(who=tenants, whose=tenants, name=names, word=words)
    def look(self, who: str, whose: str, name: str, word: str) -> None:
        """Search a collection by its full name: what is found is what may be seen."""
        asked = {"query": word, "limit": 10}
        path = f"/v1/collections/{whose}.{name}/search"
        answer = self.tenants[who].ask("POST", path, json=asked)
        held = self.model[whose].get(name)
        if held is None or (who != whose and (whose, name) not in self.public):
            assert answer.status_code == 404
        else:
            assert {hit["document"] for hit in answer.json()["hits"]} == set(held.values())

    @invariant()
    def everybody_is_listed_what_is_theirs(self) -> None:
        """Collections and documents are those of the model."""
        for who, tenant in self.tenants.items():
            listed = tenant.ask("GET", "/v1/collections").json()
            assert [one["name"] for one in listed] == sorted(self.model[who])
            assert [one["documents"] for one in listed] == [
                len(self.model[who][name]) for name in sorted(self.model[who])
            ]

    def teardown(self) -> None:
        """Close the service."""
        self._open.close()


@contextmanager
def _client(postgres: Database, migrated: str) -> Iterator[TestClient]:
    with fresh_database(postgres, migrated) as database, TemporaryDirectory() as folder:
        service = open_service(Path(folder), database, HashedWords())
        with TestClient(create_app(service, work=False), base_url=HERE) as client:
            yield client


@pytest.mark.slow
def test_tenants_never_cross(postgres: Database, migrated: str) -> None:
    class Here(Tenants):
        def __init__(self) -> None:
            super().__init__(postgres, migrated)

    options = settings(
        max_examples=8,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # to shrink what was found takes minutes
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Here, settings=options)
