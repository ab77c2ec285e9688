"""API keys: made once, kept as a hash, and looked up anew for every request.

A key reads `ps_<id>_<secret>`. The secret is 32 random bytes; only its SHA-256 is kept, which is
enough for a secret that nobody can guess. A revoked key is refused by every process at once, as
none of them remembers it.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Row, exists, insert, select, update

from index.catalog.accounts import Key, KeyLimits, NewKey
from index.catalog.schema import keys
from index.errors import KeyNotFound, Unauthenticated

TOKEN = re.compile(r"ps_(?P<id>[0-9a-f]{16})_(?P<secret>[\w-]{43})", re.ASCII)
NOBODY = sha256(b"").hexdigest()  # compared with when no key has the id: it takes as long


class Keys:
    """The keys of every tenant."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._any_seen = False

    def issue(self, wanted: NewKey) -> tuple[Key, str]:
        """Make a key; returns it and, this once, what its holder sends."""
        key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        row = {
            "id": key,
            "secret_sha256": _hash(secret),
            "tenant": wanted.tenant,
            "name": wanted.name,
            "scopes": sorted(wanted.scopes),
            "limits": asdict(wanted.limits),
            "expires_at": wanted.expires_at,
        }
        with self._engine.begin() as connection:
            made = connection.execute(insert(keys).values(row).returning(keys)).one()
        return _key(made), f"ps_{key}_{secret}"

    def verify(self, token: str, now: datetime) -> Key:
        """Return the key that a caller sent.

        Raises:
            Unauthenticated: there is no such key, or it has expired or been revoked.
        """
        parts = TOKEN.fullmatch(token)
        row = self._row(parts["id"]) if parts else None
        secret = parts["secret"] if parts else ""
        fits = hmac.compare_digest(_hash(secret), row.secret_sha256 if row else NOBODY)
        if row is None or not fits:
            raise Unauthenticated("this key is not known; make one with `pagesight keys create`")
        key = _key(row)
        if not key.is_good(now):
            ended = "was revoked" if key.revoked_at else "has expired"
            raise Unauthenticated(f"key {key.id} {ended}; make another one")
        return key

    def exist(self) -> bool:
        """Whether any key was ever made: from then on every request needs one."""
        if not self._any_seen:
            with self._engine.connect() as connection:
                self._any_seen = bool(connection.execute(select(exists(keys.select()))).scalar())
        return self._any_seen

    def list(self, tenant: str | None = None) -> list[Key]:
        """Return the keys, those of one tenant or all, oldest first."""
        query = select(keys).order_by(keys.c.created_at, keys.c.id)
        if tenant is not None:
            query = query.where(keys.c.tenant == tenant)
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(query).all()]

    def revoke(self, key: str, now: datetime, *, tenants: Iterable[str] | None = None) -> Key:
        """End a key; ending it twice keeps the first time.

        Args:
            key: its id.
            now: when it ended.
            tenants: whose keys may be ended; None is anybody's.

        Raises:
            KeyNotFound: no key has that id.
        """
        found = self._row(key)
        if found is None or (tenants is not None and found.tenant not in tenants):
            raise KeyNotFound(f"no key {key!r}")
        ending = update(keys).where(keys.c.id == key, keys.c.revoked_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(ending.values(revoked_at=now))
            return _key(connection.execute(select(keys).where(keys.c.id == key)).one())

    def _row(self, key: str) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(select(keys).where(keys.c.id == key)).one_or_none()


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _key(row: Row[Any]) -> Key:
    return Key(
        row.id,
        row.tenant,
        row.name,
        frozenset(row.scopes),
        KeyLimits(**row.limits),
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )
