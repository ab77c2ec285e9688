"""Fetches a document by URL without being sent where the caller may not go.

The host's name is resolved once, all its addresses must be public, and the connection goes to
those very addresses, so that a name that changes its mind meanwhile (DNS rebinding) changes
nothing. TLS is for the host's name. No redirects, proxies, cookies or compression. Design after
Gotenberg's `outbound.go`.
"""

import socket
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

import httpcore

from index.errors import (
    FetchBusy,
    FetchFailed,
    FetchingOff,
    FetchTimeout,
    TooLarge,
    UrlRefused,
)
from ingest.fetching.addresses import is_public
from ingest.fetching.hosts import HostRule, Target, checked_target
from ingest.fetching.pinned import Connect, Deadline, PinnedBackend, connect

AT_ONCE = 4  # each holds a thread of the server for as long as it lasts
HEADERS = [
    ("User-Agent", "Pagesight (fetches a document that a user named)"),
    ("Accept", "application/pdf, image/*;q=0.9, */*;q=0.1"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
]

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched.

    Attributes:
        hosts: where from; nowhere when empty.
        max_bytes: size of a document.
        timeout_s: time for all of one, from its name to its last byte.
    """

    hosts: tuple[HostRule, ...]
    max_bytes: int
    timeout_s: float


def addresses_of(host: str, port: int) -> list[str]:
    """Return all addresses of a host, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Fetcher:
    """Reads documents by URL.

    Args:
        policy: what may be fetched.
        resolve: finds the addresses of a host.
        connect: opens a TCP connection to an address.
        tls: checks certificates; by the system's authorities unless given.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        *,
        resolve: Resolve = addresses_of,
        connect: Connect = connect,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._connect = connect
        self._tls = tls
        self._places = BoundedSemaphore(AT_ONCE)

    def check(self, url: str) -> None:
        """Do nothing when a URL may be fetched, as far as its text tells.

        Raises:
            FetchingOff: no host is allowed.
            UrlRefused: this one is not.
        """
        self._target(url)

    def read(self, url: str) -> Generator[bytes, None, None]:
        """Yield a document's bytes as they come; nothing happens before the first is asked for.

        Raises:
            FetchingOff: no host is allowed.
            UrlRefused: this one is not, or it is not on the public internet.
            FetchBusy: too many are being fetched.
            FetchTimeout: it took too long.
            FetchFailed: the server does not give the document.
            TooLarge: it says that the document is larger than the limit.
        """
        target = self._target(url)
        if not self._places.acquire(blocking=False):
            raise FetchBusy(f"{AT_ONCE} documents are being fetched already; try again later")
        try:
            with self._reported(target):
                yield from self._fetched(target, Deadline(self._policy.timeout_s))
        finally:
            self._places.release()

    def _target(self, url: str) -> Target:
        if not self._policy.hosts:
            raise FetchingOff(
                "documents are not fetched by URL here; upload the file, or have the operator "
                "list hosts in PAGESIGHT_FETCH_HOSTS"
            )
        return checked_target(url, self._policy.hosts)

    @contextmanager
    def _reported(self, target: Target) -> Iterator[None]:
        try:
            yield
        except httpcore.TimeoutException as error:
            limit = f"{self._policy.timeout_s:g} s"
            raise FetchTimeout(f"{target.host} took longer than {limit}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FetchFailed(f"{target.host} does not give the document: {error}") from error

    def _fetched(self, target: Target, deadline: Deadline) -> Iterator[bytes]:
        backend = PinnedBackend(self._addresses(target, deadline), deadline, self._connect)
        url = httpcore.URL(
            scheme=b"https", host=target.host.encode(), port=target.port, target=target.path
        )
        tls = self._tls or ssl.create_default_context()
        with (
            httpcore.HTTPConnection(url.origin, tls, network_backend=backend) as connection,
            connection.stream("GET", url, headers=HEADERS) as response,
        ):
            self._check(target, response)
            yield from response.iter_stream()

    def _addresses(self, target: Target, deadline: Deadline) -> Sequence[str]:
        found = self._resolved(target, deadline)
        inner = [address for address in found if not is_public(address)]
        if inner or not found:  # the addresses are not told: they are a map of the inside
            raise UrlRefused(f"{target.host} is not on the public internet with all its addresses")
        return found

    def _resolved(self, target: Target, deadline: Deadline) -> Sequence[str]:
        thread = ThreadPoolExecutor(1)  # the system's resolver has no time limit to set
        try:
            looked_up = thread.submit(self._resolve, target.host, target.port)
            return looked_up.result(deadline.left_s())
        except TimeoutError as error:
            raise httpcore.TimeoutException("no answer from the resolver") from error
        except OSError as error:
            raise FetchFailed(f"{target.host} is not found: {error}") from error
        finally:
            thread.shutdown(wait=False)

    def _check(self, target: Target, response: httpcore.Response) -> None:
        headers = {name.lower(): value for name, value in response.headers}
        if 300 <= response.status < 400:
            raise FetchFailed(f"{target.host} redirects, which is not followed; give the last URL")
        if response.status != 200:
            raise FetchFailed(f"{target.host} answers with status {response.status}, not 200")
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise FetchFailed(f"{target.host} sends the document compressed, which is not undone")
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._policy.max_bytes:
            raise TooLarge(
                f"the document has {int(declared)} bytes, the limit is {self._policy.max_bytes}"
            )
