"""The fault proxy, before a server that sends back what it gets."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.faults.proxy import (
    BLACK_HOLE,
    DROP,
    GARBAGE,
    PASS,
    RESET,
    FaultProxy,
    Trouble,
    cut,
    delay,
    proxied,
    trickle,
)

SAID = b"a heron stands in the reeds"


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            while said := self.request.recv(1 << 16):
                self.request.sendall(said)


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxied(("127.0.0.1", server.server_address[1])) as opened:
            yield opened
        server.shutdown()


@pytest.fixture
def connection(proxy: FaultProxy) -> Iterator[socket.socket]:
    with closing(connect(proxy)) as opened:
        yield opened


def connect(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def echoed(connection: socket.socket) -> bytes:
    """What comes back until the end, or as much as was said."""
    connection.sendall(SAID)
    heard = b""
    while len(heard) < len(SAID) and (piece := connection.recv(1 << 16)):
        heard += piece
    return heard


def test_bytes_pass_both_ways(connection: socket.socket) -> None:
    assert echoed(connection) == SAID
    assert echoed(connection) == SAID


def test_garbage_is_as_long_as_the_answer_and_none_of_it(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    proxy.suffer(GARBAGE)
    heard = echoed(connection)
    assert len(heard) == len(SAID)
    assert all(is_now != was for is_now, was in zip(heard, SAID, strict=True))


def test_a_delay_holds_bytes_back_on_both_ways(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    proxy.suffer(delay(0.05))
    begun = time.monotonic()
    assert echoed(connection) == SAID
    assert time.monotonic() - begun >= 0.1


def test_a_trickle_brings_everything_in_small_pieces(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    proxy.suffer(trickle(3, 0.001))
    assert echoed(connection) == SAID


def test_a_dropped_connection_ends(proxy: FaultProxy) -> None:
    proxy.suffer(DROP)
    with closing(connect(proxy)) as connection:
        assert connection.recv(1) == b""


def test_a_connection_that_is_open_is_dropped_too(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    assert echoed(connection) == SAID
    proxy.suffer(DROP)
    assert connection.recv(1) == b""


@pytest.mark.parametrize("trouble", [RESET, cut(0, "reset")])
def test_a_reset_connection_fails(
    proxy: FaultProxy, connection: socket.socket, trouble: Trouble
) -> None:
    assert echoed(connection) == SAID
    proxy.suffer(trouble)
    with pytest.raises(ConnectionError):
        echoed(connection)


def test_an_answer_is_cut_behind_so_many_bytes(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    proxy.suffer(cut(7))
    assert echoed(connection) == SAID[:7]


def test_an_answer_that_falls_silent_is_not_ended(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    proxy.suffer(cut(7, "silence"))
    connection.settimeout(0.2)
    with pytest.raises(TimeoutError):
        echoed(connection)


def test_a_black_hole_says_nothing_until_it_is_over(
    proxy: FaultProxy, connection: socket.socket
) -> None:
    assert echoed(connection) == SAID
    proxy.suffer(BLACK_HOLE)
    connection.settimeout(0.2)
    with pytest.raises(TimeoutError):
        echoed(connection)
    connection.settimeout(10)
    proxy.suffer(PASS)
    assert connection.recv(1 << 16) == SAID


def test_a_black_hole_accepts_connections(proxy: FaultProxy) -> None:
    proxy.suffer(BLACK_HOLE)
    with closing(connect(proxy)) as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            echoed(connection)
        connection.settimeout(10)
        proxy.suffer(PASS)
        assert connection.recv(1 << 16) == SAID
    assert proxy.n_connections == 1


def test_what_has_passed_is_as_good_as_before(proxy: FaultProxy) -> None:
    proxy.suffer(DROP)
    connect(proxy).close()
    proxy.suffer(PASS)
    with closing(connect(proxy)) as connection:
        assert echoed(connection) == SAID


def test_a_server_that_is_gone_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    with proxied(("127.0.0.1", nobody)) as proxy, closing(connect(proxy)) as connection:
        assert connection.recv(1) == b""
