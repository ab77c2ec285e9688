"""A TCP proxy that does to connections what networks do: slows, cuts and swallows them.

It runs in a thread, so that the client and the server may be in processes of their own, and its
trouble can be changed while connections are open.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.catalog.database import Database, driver_connection
from tests.tiny import wait_for

End = Literal["close", "reset", "silence"]
READ_BYTES = 1 << 16
GARBLED = bytes(255 - byte for byte in range(256))
RESETS = struct.pack("ii", 1, 0)  # SO_LINGER of no time: a close is then a reset


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to every connection.

    Attributes:
        delay_s: how long each piece of bytes is held back, in both directions.
        piece_bytes: length of a piece, at most; a small one with a delay trickles.
        passes: bytes of each answer that come through before the end; all of them when None.
        end: what comes then: the connection is closed, reset, or nothing more is ever said.
        is_refused: the end comes at once, and the server hears nothing.
        is_garbled: every byte of an answer is turned into another one.
    """

    delay_s: float = 0.0
    piece_bytes: int = READ_BYTES
    passes: int | None = None
    end: End = "close"
    is_refused: bool = False
    is_garbled: bool = False


PASS = Trouble()
DROP = Trouble(is_refused=True)
RESET = Trouble(is_refused=True, end="reset")
BLACK_HOLE = Trouble(is_refused=True, end="silence")
GARBAGE = Trouble(is_garbled=True)


def delay(delay_s: float) -> Trouble:
    """Hold everything back for so long."""
    return Trouble(delay_s=delay_s)


def trickle(piece_bytes: int, delay_s: float) -> Trouble:
    """Let a few bytes through at a time."""
    return Trouble(delay_s=delay_s, piece_bytes=piece_bytes)


def cut(passes: int, end: End = "close") -> Trouble:
    """Hand the whole request on, and so many bytes of its answer."""
    return Trouble(passes=passes, end=end)


Address = tuple[str, int] | Path
Link = tuple[asyncio.StreamWriter, asyncio.StreamWriter]


class FaultProxy:
    """Passes connections on to a server, with whatever trouble it is told.

    Args:
        server: host and port, or the path of a Unix socket.

    Attributes:
        port: where it listens on 127.0.0.1.
        n_connections: how many were ever accepted.
    """

    def __init__(self, server: Address) -> None:
        self.port = 0
        self.n_connections = 0
        self._server = server
        self._trouble = PASS
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()

    def suffer(self, trouble: Trouble) -> None:
        """Have this trouble from now on; connections that are open have it, too."""
        told = asyncio.run_coroutine_threadsafe(self._suffer(trouble), self._loop)
        told.result()

    def run(self) -> None:
        """Serve until `end`."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    def end(self) -> None:
        """Let go of every connection and stop."""
        self._loop.call_soon_threadsafe(self._ending.set)

    async def _serve(self) -> None:
        listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        await self._ending.wait()
        listening.close()
        await self._suffer(DROP)

    async def _suffer(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._changed.set()
        self._changed = asyncio.Event()
        if trouble.is_refused:
            self._end_links(trouble.end)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        await self._while_swallowed()
        if self._trouble.is_refused:
            _end(writer, self._trouble.end)
            return
        with suppress(OSError):  # the server is gone: so is the connection to it
            answers, requests = await self._connect()
            link = writer, requests
            self._links.add(link)
            asked = asyncio.create_task(self._pass_on(reader, requests))
            await self._answer(answers, link)
            asked.cancel()
            self._links.discard(link)
            _end(requests, "close")
        _end(writer, "close")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._server, Path):
            return await asyncio.open_unix_connection(str(self._server))
        return await asyncio.open_connection(*self._server)

    async def _answer(self, answers: asyncio.StreamReader, link: Link) -> None:
        """Pass an answer on, as much of it as may come through."""
        passed = 0
        while piece := await self._piece(answers):
            if self._trouble.is_garbled:
                piece = piece.translate(GARBLED)
            allowed = self._trouble.passes
            if allowed is None:
                passed = 0
            elif passed + len(piece) > allowed:
                await _send(link[0], piece[: allowed - passed])
                await self._finish(link)
                return
            await _send(link[0], piece)
            passed += len(piece)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await self._piece(source):
            await _send(sink, piece)
        with suppress(OSError):
            sink.write_eof()

    async def _piece(self, source: asyncio.StreamReader) -> bytes:
        """Return the next bytes when their time has come; none at the end."""
        with suppress(OSError):
            piece = await source.read(self._trouble.piece_bytes)
            await asyncio.sleep(self._trouble.delay_s)
            await self._while_swallowed()
            return piece
        return b""

    async def _while_swallowed(self) -> None:
        while self._trouble.is_refused and self._trouble.end == "silence":
            await self._changed.wait()

    async def _finish(self, link: Link) -> None:
        """End an answer that was cut; one that falls silent ends with the trouble."""
        if self._trouble.end == "silence":
            await self._changed.wait()
        for writer in link:
            _end(writer, self._trouble.end)

    def _end_links(self, end: End) -> None:
        for writer in {writer for link in self._links for writer in link}:
            if end != "silence":
                _end(writer, end)


async def _send(sink: asyncio.StreamWriter, piece: bytes) -> None:
    with suppress(OSError):
        sink.write(piece)
        await sink.drain()


def _end(writer: asyncio.StreamWriter, end: End) -> None:
    connection = writer.get_extra_info("socket")
    if end == "reset" and connection is not None:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        writer.transport.abort()
    else:
        writer.close()


@contextmanager
def proxied(server: Address) -> Iterator[FaultProxy]:
    """Put a proxy before a server for as long as a block lasts."""
    proxy = FaultProxy(server)
    thread = threading.Thread(target=proxy.run, name="fault proxy")
    thread.start()
    wait_for(lambda: proxy.port != 0)
    try:
        yield proxy
    finally:
        proxy.end()
        thread.join()


@contextmanager
def proxied_database(database: Database) -> Iterator[FaultProxy]:
    """Put a proxy before the PostgreSQL that a database is in, on a socket's path or a port."""
    with database.engine.connect() as connection:
        reached = driver_connection(connection).info
    is_here = reached.host.startswith("/")
    socket_here = Path(reached.host, f".s.PGSQL.{reached.port}")
    with proxied(socket_here if is_here else (reached.host, reached.port)) as proxy:
        yield proxy
