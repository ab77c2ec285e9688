"""The servers of an encoder service: each request goes to the next one that is free.

Encoding has no effect but its answer, so a request may be sent again, and elsewhere, whatever
became of it. A server that does not do something now is left alone for a while, with that kind of
work only: its line of pages may be full while it has room for questions.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from index.encoders.service.calls import NotNow, describe, encode
from index.encoders.service.wire import Described
from index.errors import EncoderUnavailable, InvalidRequest, PagesightError

SCHEMES = {"pagesight+http": "http", "pagesight+https": "https"}


class Patience(NamedTuple):
    """How long to wait: for an answer of one server, and in all."""

    try_s: float
    in_all_s: float


PAGES = Patience(60, 180)
QUESTIONS = Patience(8, 20)


def service_urls(address: str) -> tuple[str, ...]:
    """Return the URLs of the servers that an address lists; none where it is of no such service.

    Raises:
        InvalidRequest: some of them are of such a service and others are not.
    """
    listed = [one.strip().partition("://") for one in address.split(",") if one.strip()]
    ours = [(SCHEMES[scheme], at) for scheme, _, at in listed if scheme in SCHEMES]
    if ours and len(ours) != len(listed):
        raise InvalidRequest(
            f"several encoders are each {' or '.join(SCHEMES)}://host:port, got {address!r}"
        )
    return tuple(f"{scheme}://{at.rstrip('/')}" for scheme, at in ours)


@dataclass(slots=True)
class _Server:
    """A server: when it was asked last, and until when it is left alone with some work."""

    url: str
    asked: int = 0
    rests_until: dict[str, float] = field(default_factory=dict)

    def free_at(self, path: str) -> float:
        """Return when it may be asked."""
        return self.rests_until.get(path, float("-inf"))


class Servers:
    """Asks the servers of a service. Any number of threads may share it.

    Args:
        urls: of the servers.
        key: that each of them asks for; empty where they ask for none.
        clock: seconds since any moment.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        urls: Sequence[str],
        key: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._servers = [_Server(url) for url in urls]
        self._client = httpx.Client(headers={"Authorization": f"Bearer {key}"} if key else {})
        self._clock = clock
        self._sleep = sleep
        self._n_asked = 0
        self._choosing = threading.Lock()

    def describe(self) -> dict[str, Described]:
        """Return what the servers say of their encoders; those that do not answer are left out.

        Raises:
            EncoderUnavailable: none answers.
        """
        found: dict[str, Described] = {}
        failures = []
        for server in self._servers:
            try:
                found[server.url] = describe(self._client, server.url, timeout_s=QUESTIONS.try_s)
            except (NotNow, PagesightError) as error:
                failures.append(str(error))
        if not found:
            raise EncoderUnavailable("; ".join(failures))
        return found

    def encode(self, path: str, body: bytes, *, tag: str, patience: Patience) -> bytes:
        """Return the answer of the encoder that is tagged so.

        Raises:
            EncoderUnavailable: no server gave one in time, or one refuses the key.
            ManifestMismatch: the servers have other encoders.
            PagesightError: what the encoder raised.
        """
        gives_up_at = self._clock() + patience.in_all_s
        why: PagesightError | None = None
        while True:
            server = self._next(path)
            wait_s = server.free_at(path) - self._clock()
            if why is not None and self._clock() + max(0.0, wait_s) >= gives_up_at:
                raise why
            if wait_s > 0:
                self._sleep(wait_s)
            timeout_s = min(patience.try_s, max(1.0, gives_up_at - self._clock()))
            try:
                return encode(self._client, server.url + path, body, tag=tag, timeout_s=timeout_s)
            except NotNow as refusal:
                why = refusal.why
                server.rests_until[path] = self._clock() + refusal.rest_s

    def close(self) -> None:
        """Let go of the connections; what is asked later is refused."""
        self._client.close()

    def _next(self, path: str) -> _Server:
        """Choose the server that has been asked longest ago of those that are free first."""
        with self._choosing:
            now = self._clock()
            chosen = min(self._servers, key=lambda one: (max(now, one.free_at(path)), one.asked))
            self._n_asked += 1
            chosen.asked = self._n_asked
            return chosen
