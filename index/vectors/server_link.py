"""How a Qdrant server is reached: its address, the connection, and whether it is new enough.

Everything goes over gRPC, and every call has a deadline. Beside it:

- a call that finds nobody is tried again for about a second, by gRPC itself: whatever is asked of
  the store may be asked twice, so a node that restarts behind its address is not an outage;
- after an outage the next try comes within two seconds, not within gRPC's own two minutes;
- a connection that went silent is noticed by a ping and given up, not used until TCP gives up.
"""

import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import grpc
from qdrant_client import QdrantClient

from index.errors import InvalidRequest, VectorStoreUnavailable

OLDEST = (1, 10)  # the first with multi-vectors, IDF and one query of two stages
REST_PORT = 6333
GRPC_PORT = 6334
RETRIES = {
    "maxAttempts": 5,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
SERVICES = [{"service": f"qdrant.{name}"} for name in ("Points", "Collections", "Qdrant")]
CHANNEL: dict[str, Any] = {
    "grpc.service_config": json.dumps(
        {"methodConfig": [{"name": SERVICES, "retryPolicy": RETRIES}]}
    ),
    "grpc.per_rpc_retry_buffer_size": 64 << 20,  # a batch of pages, which else is tried only once
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 1000,
    "grpc.max_reconnect_backoff_ms": 2000,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 5_000,
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens for gRPC."""

    host: str
    port: int
    is_secure: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `qdrant://host:6334`, or the address of the REST interface, `http://host:6333`.

        Qdrant listens for gRPC on the port behind that of REST. `qdrants` and `https` stand for
        TLS.

        Raises:
            InvalidRequest: it is neither.
        """
        parts = urlsplit(url)
        is_rest = parts.scheme in ("http", "https")
        if parts.scheme not in ("http", "https", "qdrant", "qdrants") or not parts.hostname:
            raise InvalidRequest(
                f"a Qdrant server is qdrant://host:{GRPC_PORT} (gRPC) or http://host:{REST_PORT} "
                f"(REST, gRPC on the port behind it), got {url!r}"
            )
        port = (parts.port or REST_PORT) + 1 if is_rest else parts.port or GRPC_PORT
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(host, port, is_secure=parts.scheme in ("https", "qdrants"))


def open_client(url: str, *, api_key: str | None, timeout_s: int) -> QdrantClient:
    """Return a client of a server; nothing is sent yet."""
    address = Address.parse(url)
    return QdrantClient(
        host=address.host,
        grpc_port=address.port,
        https=address.is_secure,
        api_key=api_key,
        prefer_grpc=True,
        timeout=timeout_s,
        grpc_options=dict(CHANNEL),  # which the client changes
        check_compatibility=False,  # asked over REST, and only warns
    )


def check_version(version: str) -> None:
    """Do nothing when a server can do what is asked of it.

    Raises:
        VectorStoreUnavailable: it is too old.
    """
    numbers = version.removeprefix("v").split(".")[:2]
    if tuple(int(number) for number in numbers) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise VectorStoreUnavailable(
            f"the Qdrant server is of version {version}; update it to {oldest} or later, and "
            "better to that of the client"
        )


def told(error: Exception) -> str:
    """Return what went wrong, on one line; gRPC's own text is a page."""
    if isinstance(error, grpc.Call):
        return f"{error.details()} ({error.code().name})"
    return str(error)
