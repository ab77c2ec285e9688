"""How long a body may be: whatever it says of itself, and nothing of it stays."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from index.catalog.database import Database
from tests.conftest import open_service
from tests.serving import served
from tests.tiny import HashedWords

MAX_BYTES = 1000
DOCUMENTS = "/v1/collections/default/documents"
ROUTES = [("POST", DOCUMENTS), ("PUT", f"{DOCUMENTS}/{UUID(int=1)}"), ("POST", "/v1/collections")]
BOUNDARY = "b0undary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
BEGINNING = (
    f"--{BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    "Content-Type: application/pdf\r\n\r\n"
).encode()
MIB = b"x" * (1 << 20)


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the standard library puts temporary files."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def address(database: Database, data_folder: Path, spool: Path) -> Iterator[str]:
    assert spool.is_dir()
    service = open_service(data_folder, database, HashedWords(), max_bytes=MAX_BYTES)
    service.create_collection("default")
    with served(create_app(service, work=False)) as url:
        yield url


def left_behind(data_folder: Path, spool: Path) -> list[str]:
    """Files that an upload left: spooled, half stored, or deleted and still open."""
    blobs = [str(path) for path in (data_folder / "blobs").rglob("*") if path.is_file()]
    still_open = [
        target
        for fd in os.listdir("/proc/self/fd")  # noqa: PTH208  links, some gone when looked at
        if (target := _target(fd)).startswith(str(spool))
    ]
    return [*blobs, *map(str, spool.iterdir()), *still_open]


def _target(fd: str) -> str:
    try:
        return str(Path(f"/proc/self/fd/{fd}").readlink())
    except OSError:
        return ""


def body(n_mib: int) -> Iterator[bytes]:
    yield BEGINNING
    for _ in range(n_mib):
        yield MIB
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_body_without_a_length_is_refused_beyond_the_limit(
    address: str, data_folder: Path, spool: Path, method: str, path: str
) -> None:
    headers = {"content-type": FORM}

    answered = httpx.request(method, address + path, content=body(3), headers=headers, timeout=30)

    assert (answered.status_code, answered.json()["code"]) == (413, "too_large")
    assert left_behind(data_folder, spool) == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_sent(
    address: str, data_folder: Path, spool: Path, method: str, path: str
) -> None:
    told = send(address, method, path, f"Content-Length: {50 << 20}", BEGINNING)

    assert told.startswith("HTTP/1.1 413 ")
    assert "too_large" in told
    assert left_behind(data_folder, spool) == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, "10\r\nContent-Length: 20"])
def test_a_length_that_is_none_is_refused(
    address: str, data_folder: Path, spool: Path, method: str, path: str, length: str
) -> None:
    told = send(address, method, path, f"Content-Length: {length}", BEGINNING)

    assert told.split()[1][:1] == "4", told
    assert left_behind(data_folder, spool) == []


@pytest.mark.filterwarnings(  # starlette lets Python close the file of a part without an end
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_of_a_body_that_is_longer_than_it_says_only_what_it_says_is_read(
    address: str, data_folder: Path, spool: Path, method: str, path: str
) -> None:
    told = send(address, method, path, f"Content-Length: {len(BEGINNING)}", BEGINNING + MIB)

    assert told.split()[1][:1] == "4", told
    assert left_behind(data_folder, spool) == []


def test_a_sender_who_leaves_half_way_leaves_nothing(
    address: str, data_folder: Path, spool: Path
) -> None:
    with _connected(address) as connection:
        connection.sendall(_head("POST", DOCUMENTS, "Content-Length: 1040000"))
        connection.sendall(BEGINNING + b"x" * 1_030_000)

    assert httpx.get(f"{address}/livez", timeout=30).status_code == 204
    assert left_behind(data_folder, spool) == []


def send(address: str, method: str, path: str, length: str, content: bytes) -> str:
    """Send a request as it is, and return the beginning of what comes back."""
    with _connected(address) as connection:
        with suppress(OSError):  # the server may have answered and closed by now
            connection.sendall(_head(method, path, length) + content)
            connection.shutdown(socket.SHUT_WR)
        return connection.recv(4096).decode(errors="replace") + _rest(connection)


def _connected(address: str) -> socket.socket:
    url = httpx.URL(address)
    return socket.create_connection((url.host, url.port or 80), timeout=30)


def _head(method: str, path: str, length: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {FORM}", length]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def _rest(connection: socket.socket) -> str:
    try:
        return connection.recv(4096).decode(errors="replace")
    except OSError:
        return ""
