from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from index.catalog.accounts import KeyLimits, NewKey
from index.catalog.database import Database
from index.catalog.keys import Keys
from index.catalog.schema import keys as table
from index.errors import InvalidRequest, KeyNotFound, Unauthenticated

NOW = datetime(2026, 1, 1, tzinfo=UTC)
READER = NewKey("web page", "acme", frozenset({"read", "query"}), KeyLimits(tokens_per_day=5))


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database.engine)


def test_a_key_is_known_by_what_its_holder_sends(keys: Keys) -> None:
    made, token = keys.issue(READER)
    found = keys.verify(token, NOW)
    assert found == made
    assert (found.tenant, sorted(found.scopes)) == ("acme", ["query", "read"])
    assert found.limits == KeyLimits(tokens_per_day=5)


def test_a_secret_has_32_bytes_and_only_its_hash_is_kept(keys: Keys, database: Database) -> None:
    made, token = keys.issue(READER)
    secret = token.removeprefix(f"ps_{made.id}_")
    assert len(secret) == 43  # 32 bytes in base64
    with database.engine.connect() as connection:
        row = connection.execute(select(table)).one()
    assert row.secret_sha256 == sha256(secret.encode()).hexdigest()
    assert secret not in str(row)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("ps_", "sk_"),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: f"ps_{'0' * 16}_{token[20:]}",
        lambda token: token + "\n",
        lambda _: "",
        lambda _: "ps__",
        lambda _: "ps_" + "é" * 60,
    ],
)
def test_anything_else_is_no_key(keys: Keys, spoil: object) -> None:
    _, token = keys.issue(READER)
    assert callable(spoil)
    with pytest.raises(Unauthenticated):
        keys.verify(spoil(token), NOW)


def test_the_secret_of_another_key_opens_nothing(keys: Keys) -> None:
    _, one = keys.issue(READER)
    _, other = keys.issue(READER)
    with pytest.raises(Unauthenticated):
        keys.verify(one[:20] + other[20:], NOW)


def test_a_key_works_until_the_moment_it_expires(keys: Keys) -> None:
    _, token = keys.issue(NewKey("a day", expires_at=NOW + timedelta(days=1)))
    keys.verify(token, NOW + timedelta(days=1) - timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="has expired"):
        keys.verify(token, NOW + timedelta(days=1))


def test_a_revoked_key_is_refused_by_every_process_at_once(keys: Keys, database: Database) -> None:
    made, token = keys.issue(READER)
    elsewhere = Keys(database.engine)
    elsewhere.verify(token, NOW)
    keys.revoke(made.id, NOW)
    with pytest.raises(Unauthenticated, match="was revoked"):
        elsewhere.verify(token, NOW)


def test_a_key_that_is_revoked_twice_ended_the_first_time(keys: Keys) -> None:
    made, _ = keys.issue(READER)
    keys.revoke(made.id, NOW)
    assert keys.revoke(made.id, NOW + timedelta(days=1)).revoked_at == NOW


def test_a_key_of_another_tenant_cannot_be_revoked(keys: Keys) -> None:
    made, token = keys.issue(READER)
    with pytest.raises(KeyNotFound):
        keys.revoke(made.id, NOW, tenants=["globex"])
    keys.verify(token, NOW)


def test_keys_exist_from_the_first_one_on_even_when_it_is_revoked(keys: Keys) -> None:
    assert not keys.exist()
    made, _ = keys.issue(READER)
    assert keys.exist()
    keys.revoke(made.id, NOW)
    assert keys.exist()


def test_keys_are_listed_oldest_first_those_of_one_tenant_or_all(keys: Keys) -> None:
    first, _ = keys.issue(READER)
    second, _ = keys.issue(NewKey("other", "globex"))
    assert keys.list() == [first, second]
    assert keys.list("globex") == [second]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"tenant": "A.b"}, "a tenant is"),
        ({"tenant": ""}, "a tenant is"),
        ({"name": " "}, "a key's name"),
        ({"name": "x" * 201}, "a key's name"),
        ({"scopes": frozenset()}, "got none"),
        ({"scopes": frozenset({"root"})}, "got root"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        NewKey(**{"name": "key", **wrong})  # type: ignore[arg-type]  # that is the point


def test_a_limit_is_at_least_one() -> None:
    with pytest.raises(InvalidRequest, match="pages_per_day must be at least 1"):
        KeyLimits(pages_per_day=0)
