"""Requests as a crowd sends them: each after another's answer, or at a rate that nobody slows down.

Connections are kept and the HTTP of it is written by hand, so that a crowd costs little beside the
server that it loads; what it costs is counted. Loads are plain values, to be sent from processes of
their own.
"""

import asyncio
import json
import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

MAX_CONNECTIONS = 300
BROKEN = 0  # in place of a status: the connection broke
TICK_S = 0.005
_ASKED = count()


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and who sends them.

    Attributes:
        port: of the server, on loopback.
        path: to post to.
        key: that is sent along; none when empty.
    """

    port: int
    path: str
    key: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of some requests.

    Attributes:
        seconds: over which they were sent.
        statuses: of each, in the order of the answers.
        took_ms: of those that were answered with 200.
        in_time: how many of these were answered before the seconds were over.
        cpu_s: CPU time that sending them took.
        server_ms: CPU time that the server took meanwhile, where somebody looked.
    """

    seconds: float
    statuses: list[int] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    in_time: int = 0
    cpu_s: float = 0.0
    server_ms: float = 0.0

    @property
    def goodput(self) -> float:
        """Requests a second that were answered in time with what they asked for."""
        return self.in_time / self.seconds

    @property
    def answer_ms(self) -> float:
        """CPU time of the server for each answer, with what the refused ones cost."""
        return self.server_ms / len(self.took_ms)

    @property
    def counts(self) -> dict[int, int]:
        """How often each status came."""
        return dict(sorted(Counter(self.statuses).items()))


def send_closed(target: Target, n_clients: int, seconds: float, *, pause_s: float = 0.0) -> Outcome:
    """Have some clients ask, each again when it has its answer and has paused."""
    return asyncio.run(_sent(_Crowd(target, seconds, pause_s), n_clients=n_clients))


def send_open(target: Target, rate: float, seconds: float) -> Outcome:
    """Ask `rate` times a second, come what may, and wait for the last answer."""
    return asyncio.run(_sent(_Crowd(target, seconds), rate=rate))


async def _sent(crowd: "_Crowd", *, n_clients: int = 0, rate: float = 0.0) -> Outcome:
    began = time.process_time()
    await (crowd.closed(n_clients) if n_clients else crowd.open(rate))
    await crowd.close()
    crowd.seen.cpu_s = time.process_time() - began
    return crowd.seen


class _Crowd:
    """Asks one target for some seconds."""

    def __init__(self, target: Target, seconds: float, pause_s: float = 0.0) -> None:
        self.seen = Outcome(seconds)
        self._pause_s = pause_s
        self._target = target
        self._end = time.perf_counter() + seconds
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)

    async def closed(self, n_clients: int) -> None:
        async def client() -> None:
            while time.perf_counter() < self._end:
                await self._ask()
                await asyncio.sleep(self._pause_s)

        await asyncio.gather(*(client() for _ in range(n_clients)))

    async def open(self, rate: float) -> None:
        async with asyncio.TaskGroup() as asked:
            n_due, began = 0, time.perf_counter()
            while (now := time.perf_counter()) < self._end:
                for _ in range(int((now - began) * rate) - n_due):
                    asked.create_task(self._ask())
                    n_due += 1
                await asyncio.sleep(TICK_S)

    async def close(self) -> None:
        while self._idle:
            await _end(self._idle.pop()[1])

    async def _ask(self) -> None:
        began = time.perf_counter()
        async with self._places:
            status = await self._answered(_request(self._target))
        now = time.perf_counter()
        self.seen.statuses.append(status)
        if status == 200:
            self.seen.took_ms.append(1000 * (now - began))
            self.seen.in_time += now <= self._end

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
        if self._idle:
            return *self._idle.pop(), True
        return *await asyncio.open_connection("127.0.0.1", self._target.port), False


def _request(target: Target) -> bytes:
    """Return a request with a question that was never asked before, which is encoded anew."""
    query = f"what was sold in year {next(_ASKED)} by shop {os.getpid()}"
    body = json.dumps({"query": query}).encode()
    key = f"Authorization: Bearer {target.key}\r\n" if target.key else ""
    return (
        f"POST {target.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


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
