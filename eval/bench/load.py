"""Requests at a given rate, whether or not they are answered: what a crowd does, and no client.

Connections are kept and the HTTP of it is written by hand, so that a crowd costs little beside the
server that it loads. Tenants are told apart by their loopback address.
"""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

MAX_CONNECTIONS = 300
BROKEN = 0  # in place of a status: the connection broke


@dataclass(slots=True)
class Outcome:
    """What became of some requests.

    Attributes:
        seconds: over which they were sent.
        statuses: of each, in the order of the answers.
        took_ms: of those that were answered with 200.
    """

    seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)

    @property
    def goodput(self) -> float:
        """Requests a second that were answered with what they asked for."""
        return len(self.took_ms) / self.seconds if self.seconds else 0.0


class Crowd:
    """Asks one server from one address.

    Args:
        port: of the server, on loopback.
        path: to post to.
        address: to come from.
    """

    def __init__(self, port: int, path: str, address: str = "127.0.0.1") -> None:
        self._port = port
        self._path = path
        self._address = address
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)
        self._n_asked = 0

    async def closed(self, n: int, seconds: float, *, pause_s: float = 0.0) -> Outcome:
        """Keep `n` requests going, each after the other's answer."""
        seen, end = Outcome(seconds), time.perf_counter() + seconds

        async def one() -> None:
            while time.perf_counter() < end:
                await self._ask(seen)
                await asyncio.sleep(pause_s)

        await asyncio.gather(*(one() for _ in range(n)))
        return seen

    async def open(self, rate: float, seconds: float) -> Outcome:
        """Send `rate` requests a second, come what may."""
        seen, began, asked = Outcome(seconds), time.perf_counter(), set()
        n_due = 0
        while (passed := time.perf_counter() - began) < seconds:
            for _ in range(int(passed * rate) - n_due):
                asked.add(asyncio.create_task(self._ask(seen)))
                n_due += 1
            await asyncio.sleep(0.005)
        in_time = Outcome(seconds, [*seen.statuses], [*seen.took_ms])
        await asyncio.gather(*asked)
        in_time.statuses += seen.statuses[len(in_time.statuses) :]
        return in_time

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            await _end(self._idle.pop()[1])

    async def _ask(self, seen: Outcome) -> None:
        self._n_asked += 1
        query = f"what was sold in year {self._n_asked} from {self._address}"  # encoded anew
        body = json.dumps({"query": query}).encode()
        began = time.perf_counter()
        async with self._places:
            status = await self._answered(self._head(len(body)) + body)
        seen.statuses.append(status)
        if status == 200:
            seen.took_ms.append(1000 * (time.perf_counter() - began))

    def _head(self, n_bytes: int) -> bytes:
        return (
            f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {n_bytes}\r\n\r\n"
        ).encode()

    async def _answered(self, request: bytes) -> int:
        """Send a request and return its status; a kept connection may have ended meanwhile."""
        while True:
            reader, writer, is_kept = await self._connection()
            try:
                writer.write(request)
                status = await _read_answer(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                await _end(writer)
                if not is_kept:
                    return BROKEN
            else:
                self._idle.append((reader, writer))
                return status

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bool]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer, True
            await _end(writer)
        local = (self._address, 0)
        opened = await asyncio.open_connection("127.0.0.1", self._port, local_addr=local)
        return *opened, False


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> int:
    """Return the status of one answer, and read all of it."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    await reader.readexactly(int(lengths[0].split(":")[1]))
    return status
