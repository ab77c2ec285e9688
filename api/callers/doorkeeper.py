"""Who is let in: the key that a request shows, and how often."""

import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from time import time
from urllib.parse import urlsplit

from cachetools import TTLCache
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers

from api.callers.access import OPERATOR, Access
from api.configuration.serving import LOOPBACK
from index.catalog.accounts import Key
from index.catalog.keys import Keys
from index.errors import Forbidden, RateLimited, Unauthenticated

REMEMBERED, REMEMBERED_S = 4096, 60


class Doorkeeper:
    """Tells what a request may do by the key that it brings.

    Without any key ever made, whoever reaches the port may do everything.

    Args:
        keys: those that were made.
        owner_secret: what the command line reads from the data folder, to reach its owner.
        hosts: names under which it may then be called; None is any. A page of another site cannot
            make a browser send one of these.
        clock: seconds since 1970, to count requests by.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        owner_secret: str | None = None,
        hosts: Sequence[str] | None = LOOPBACK,
        clock: Callable[[], float] = time,
    ) -> None:
        self._keys = keys
        self._owner_secret = owner_secret
        self._hosts = hosts
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._seen: TTLCache[bytes, Access] = TTLCache(REMEMBERED, REMEMBERED_S, clock)
        self._seeing = Lock()

    def admit(self, headers: Headers) -> Access:
        """Return what a request with these headers may do, and count it.

        Raises:
            Unauthenticated: it brings no key, or none that is good.
            Forbidden: another site made a browser send it, and no key is asked for.
            RateLimited: its key was used too often within a minute.
        """
        token = _bearer(headers.get("authorization", ""))
        if self._is_owner(token):
            return OPERATOR
        if not self._keys.exist():
            self._check_browser(headers)
            return OPERATOR
        if not token:
            raise Unauthenticated("send a key: `Authorization: Bearer ps_…`")
        key = self._keys.verify(token, datetime.fromtimestamp(self._clock(), UTC))
        access = Access(key.tenant, key.scopes, key)
        with self._seeing:
            self._seen[_digest(token)] = access
        self._count(key)
        return access

    def recall(self, headers: Headers) -> Access | None:
        """Return what a request with these headers might do a moment ago, if it is remembered.

        Nothing may be done on the strength of that: its key may have been revoked since.
        """
        with self._seeing:
            return self._seen.get(_digest(_bearer(headers.get("authorization", ""))))

    def _is_owner(self, token: str) -> bool:
        secret = self._owner_secret or ""
        return secret != "" and hmac.compare_digest(token.encode(), secret.encode())

    def _check_browser(self, headers: Headers) -> None:
        """Refuse what another site made a browser send to a service that asks for no key."""
        host = _host(f"//{headers.get('host', '')}")
        if self._hosts is not None and host not in self._hosts:
            raise Forbidden(
                f"without keys this service answers only as {', '.join(self._hosts)}, got {host!r}"
            )
        origin = headers.get("origin")
        if origin is not None and _host(origin) not in {host, *(self._hosts or ())}:
            raise Forbidden(f"a page of {origin!r} may not use a service that asks for no key")

    def _count(self, key: Key) -> None:
        most = key.limits.requests_per_minute
        if most is None:
            return
        a_minute = RateLimitItemPerMinute(most)
        if not self._limiter.hit(a_minute, key.id):
            free_at = self._limiter.get_window_stats(a_minute, key.id).reset_time
            raise RateLimited(
                f"key {key.id} may ask {most} times a minute",
                retry_after_s=max(1.0, free_at - self._clock()),
            )


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
