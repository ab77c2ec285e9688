import socket
import ssl
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import sleep

import httpcore
import pytest

from index.errors import FetchBusy, FetchFailed, FetchingOff, FetchTimeout, TooLarge, UrlRefused
from ingest.fetching.fetcher import AT_ONCE, Fetcher, FetchPolicy, Resolve
from ingest.fetching.hosts import HostRule
from tests.tls_server import HOST, PUBLIC, Reply, TlsServer, says, tls_server

URL = f"https://{HOST}/report.pdf"
BODY = b"%PDF-1.7 and so on" * 5000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    with tls_server(tmp_path) as opened:
        opened.replies["/report.pdf"] = says(BODY)
        yield opened


def fetcher(
    server: TlsServer,
    *,
    resolve: Resolve = lambda _host, _port: [PUBLIC],
    timeout_s: float = 30,
    max_bytes: int = 10**6,
) -> Fetcher:
    policy = FetchPolicy((HostRule(HOST),), max_bytes, timeout_s)
    return Fetcher(policy, resolve=resolve, connect=server.connect, tls=server.authority)


def read(opened: Fetcher, url: str = URL) -> bytes:
    return b"".join(opened.read(url))


def drip(connection: ssl.SSLSocket, text: bytes) -> None:
    """Say something without end, byte after byte."""
    for n in count():
        connection.sendall(text[n % len(text) :][:1])
        sleep(0.02)


def drip_body(connection: ssl.SSLSocket) -> None:
    says(b"", "Content-Length: 100000")(connection)
    drip(connection, b"a")


def test_a_document_is_read_from_the_checked_address_for_the_hosts_name(server: TlsServer) -> None:
    assert read(fetcher(server)) == BODY
    assert server.dialled == [f"{PUBLIC}:443"]
    assert server.names == [HOST]


def test_the_request_says_no_more_than_it_must(server: TlsServer) -> None:
    server.replies["/report.pdf?a=b"] = says(BODY, "Set-Cookie: seen=yes")
    opened = fetcher(server)

    read(opened, f"{URL}?a=b#part")
    read(opened, f"{URL}?a=b")

    request, *headers = server.heads[0].rstrip().split("\r\n")
    assert request == "GET /report.pdf?a=b HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in headers} == {
        *("host", "user-agent", "accept", "accept-encoding", "connection")
    }
    assert server.heads[0] == server.heads[1]


def test_a_body_in_chunks_is_read_whole(server: TlsServer) -> None:
    server.replies["/report.pdf"] = says(
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "Transfer-Encoding: chunked"
    )

    assert read(fetcher(server)) == b"abcde"


def test_nothing_is_fetched_where_no_host_is_listed(server: TlsServer) -> None:
    off = Fetcher(FetchPolicy((), 1, 1), connect=server.connect)

    with pytest.raises(FetchingOff, match="PAGESIGHT_FETCH_HOSTS"):
        off.check(URL)
    with pytest.raises(FetchingOff):
        read(off)


def test_a_host_that_is_not_listed_is_not_even_resolved(server: TlsServer) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    with pytest.raises(UrlRefused, match="not on the list"):
        read(fetcher(server, resolve=resolve), "https://elsewhere.example/")
    assert asked == []


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], [PUBLIC, "10.0.0.7"], ["64:ff9b::a9fe:a9fe", PUBLIC], []]
)
def test_a_host_with_one_inner_address_is_refused_and_nothing_is_dialled(
    server: TlsServer, found: list[str]
) -> None:
    with pytest.raises(UrlRefused) as raised:
        read(fetcher(server, resolve=lambda _host, _port: found))

    assert server.dialled == []
    assert all(address not in str(raised.value) for address in found)


def test_a_name_that_changes_its_mind_is_asked_once_and_changes_nothing(server: TlsServer) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]])

    assert read(fetcher(server, resolve=lambda _host, _port: next(answers))) == BODY
    assert server.dialled == [f"{PUBLIC}:443"]
    assert next(answers) == ["127.0.0.1"]


def test_the_next_checked_address_is_tried_when_the_first_is_dead(server: TlsServer) -> None:
    dead = "93.184.215.15"

    def connect(address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        if address == dead:
            raise httpcore.ConnectError("refused")
        return server.connect(address, port, timeout_s)

    policy = FetchPolicy((HostRule(HOST),), 10**6, 30)
    opened = Fetcher(
        policy, resolve=lambda _h, _p: [dead, PUBLIC], connect=connect, tls=server.authority
    )

    assert read(opened) == BODY


def test_a_name_that_nobody_knows_is_a_failure(server: TlsServer) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchFailed, match="is not found"):
        read(fetcher(server, resolve=resolve))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(server: TlsServer, status: str) -> None:
    server.replies["/report.pdf"] = says(b"", f"Location: https://{HOST}/inner", status=status)

    with pytest.raises(FetchFailed, match="redirects"):
        read(fetcher(server))
    assert len(server.heads) == 1


@pytest.mark.parametrize("status", ["204 None", "206 Part", "401 No", "404 No", "500 Broken"])
def test_only_a_whole_document_is_taken(server: TlsServer, status: str) -> None:
    server.replies["/report.pdf"] = says(b"", status=status)

    with pytest.raises(FetchFailed, match=f"status {status[:3]}"):
        read(fetcher(server))


@pytest.mark.parametrize(
    "reply",
    [
        says(BODY[:10], "Content-Length: 20"),
        says(b"5\r\nab", "Transfer-Encoding: chunked"),
        says(b"", f"Content-Length: {'9' * 5000}"),
        says(b"", "Content-Length: -1"),
        says(b"", f"X: {'y' * 200_000}"),
        lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
        lambda _connection: None,
    ],
    ids=["cut off", "cut chunk", "length of 5000 digits", "negative", "head", "no HTTP", "silence"],
)
def test_a_reply_that_is_broken_is_a_failure(server: TlsServer, reply: Reply) -> None:
    server.replies["/report.pdf"] = reply

    with pytest.raises(FetchFailed, match="does not give the document"):
        read(fetcher(server))


def test_a_compressed_document_is_refused_and_not_unpacked(server: TlsServer) -> None:
    server.replies["/report.pdf"] = says(b"\x1f\x8b", "Content-Encoding: gzip")

    with pytest.raises(FetchFailed, match="compressed"):
        read(fetcher(server))


def test_a_document_that_is_declared_too_long_is_refused_before_its_first_byte(
    server: TlsServer,
) -> None:
    with pytest.raises(TooLarge, match="the limit is 1000"):
        next(iter(fetcher(server, max_bytes=1000).read(URL)))


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with tls_server(tmp_path, certified="other.example.org") as impostor:
        with pytest.raises(FetchFailed, match="certificate"):
            read(fetcher(impostor))
        assert impostor.heads == []


def test_a_certificate_of_an_unknown_authority_is_refused(server: TlsServer) -> None:
    policy = FetchPolicy((HostRule(HOST),), 10**6, 30)
    opened = Fetcher(policy, resolve=lambda _h, _p: [PUBLIC], connect=server.connect)

    with pytest.raises(FetchFailed, match="certificate"):
        read(opened)


def test_a_proxy_of_the_environment_is_not_used(
    server: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert read(fetcher(server)) == BODY


@pytest.mark.parametrize(
    "reply",
    [
        lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\n" + b"X-Slow: " + b"y" * 10**6),
        drip_body,
        lambda connection: connection.recv(1),
    ],
    ids=["head", "body", "nothing"],
)
def test_trickling_does_not_prolong_the_time_limit(server: TlsServer, reply: Reply) -> None:
    server.replies["/report.pdf"] = reply

    with pytest.raises(FetchTimeout, match=r"longer than 0\.4 s"):
        read(fetcher(server, timeout_s=0.4))


def test_a_server_that_never_finishes_its_handshake_is_left(server: TlsServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server.port = silent.getsockname()[1]
        with pytest.raises(FetchTimeout):
            read(fetcher(server, timeout_s=0.4))


def test_a_resolver_that_does_not_answer_is_left(server: TlsServer) -> None:
    answered = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        answered.wait()
        return [PUBLIC]

    with pytest.raises(FetchTimeout):
        read(fetcher(server, resolve=resolve, timeout_s=0.2))
    answered.set()


def test_only_so_many_are_fetched_at_once_and_one_that_is_left_gives_its_place_back(
    server: TlsServer,
) -> None:
    opened = fetcher(server)
    begun = [opened.read(URL) for _ in range(AT_ONCE)]
    for one in begun:
        next(one)

    with pytest.raises(FetchBusy):
        read(opened)
    begun[0].close()
    assert read(opened) == BODY
    for one in begun:
        one.close()


def test_one_that_failed_gives_its_place_back(server: TlsServer) -> None:
    opened = fetcher(server)
    server.replies["/none"] = says(b"", status="404 No")

    for _ in range(AT_ONCE + 1):
        with pytest.raises(FetchFailed, match="404"):
            read(opened, f"https://{HOST}/none")
