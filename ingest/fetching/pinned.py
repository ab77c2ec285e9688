"""A connection to addresses that were checked, which ends by a deadline whatever the other does."""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

Connect = Callable[[str, int, float], httpcore.NetworkStream]


class Deadline:
    """The moment by which everything must be done."""

    def __init__(self, timeout_s: float) -> None:
        self._ends = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return how many seconds are left.

        Raises:
            httpcore.TimeoutException: none is.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException("the deadline has passed")
        return left


def connect(address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
    """Open a TCP connection."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=timeout_s)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to given addresses, whatever host it is asked for: names are not resolved again.

    Args:
        addresses: where the host was found, tried in their order.
        deadline: bounds every step.
        connect: opens one TCP connection.
    """

    def __init__(
        self, addresses: Sequence[str], deadline: Deadline, connect: Connect = connect
    ) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._connect = connect

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  the protocol's signature, here and below
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to the first address that takes the call.

        Raises:
            httpcore.NetworkError: none does.
        """
        *others, last = self._addresses
        for address in others:
            with suppress(httpcore.NetworkError):
                return self._to(address, port)
        return self._to(last, port)

    def _to(self, address: str, port: int) -> httpcore.NetworkStream:
        opened = self._connect(address, port, self._deadline.left_s())
        return _Bounded(opened, self._deadline)


class _Bounded(httpcore.NetworkStream):
    """A stream whose every step may last until the deadline: trickling does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left_s = self._deadline.left_s()
        secured = self._stream.start_tls(ssl_context, server_hostname, left_s)
        return _Bounded(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  the protocol's signature
        return self._stream.get_extra_info(info)
