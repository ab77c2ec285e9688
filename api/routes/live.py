"""What comes about bit by bit, as a response that ends when the caller leaves.

Answers are told by a thread, the progress of jobs by a coroutine.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from answer.stop import Stop
from api import problems
from api.events import EVENT_STREAM, PING, AnswerEvent, Event
from api.schemas import Problem

PING_S = 10.0
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
Told = Callable[[Stop], Iterator[AnswerEvent]]
Occurred = TypeVar("Occurred", bound=Event)
Framed = Callable[[AnswerEvent], bytes]


async def respond(
    told: Told, *, framed: Framed = AnswerEvent.frame, ping_s: float = PING_S
) -> Response:
    """Return the response that streams the events; a failure before the first is a problem.

    Args:
        told: tells the events, in a thread; is given what ends it.
        framed: writes an event as it goes over the wire.
        ping_s: how long there may be silence.
    """
    live = _Live(told)
    first = await live.next()
    if first is None:
        return problems.answered(problems.unexpected())
    if isinstance(first.body, Problem):
        return problems.answered(first.body)
    return _LiveResponse(live, live.frames(first, framed, ping_s))


def stream(events: AsyncGenerator[Event], *, ping_s: float = PING_S) -> Response:
    """Return the response that streams the events; a failure is the last of them."""
    frames = _frames(_never_silent(events), ping_s, Event.frame)
    return StreamingResponse(frames, media_type=EVENT_STREAM, headers=HEADERS)


@asynccontextmanager
async def watched(request: Request) -> AsyncIterator[Stop]:
    """Give what is set when the caller leaves before the block ends."""
    stop = Stop()
    watching = asyncio.create_task(_wait_for_leave(request, stop))
    try:
        yield stop
    finally:
        watching.cancel()


class _Live:
    """Events that a thread tells, taken by an event loop."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._stop = Stop()
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[AnswerEvent | None] = asyncio.Queue()
        self._telling = asyncio.create_task(run_in_threadpool(self._tell))

    async def next(self) -> AnswerEvent | None:
        """Return the next event; None after the last."""
        return await self._queue.get()

    async def frames(
        self, first: AnswerEvent, framed: Framed, ping_s: float
    ) -> AsyncIterator[bytes]:
        """Yield the first event and the others as they come, and pings between them."""
        yield framed(first)
        async for frame in _frames(self._others(), ping_s, framed):
            yield frame

    def end(self) -> None:
        """Stop telling."""
        self._stop.set()

    async def _others(self) -> AsyncGenerator[AnswerEvent]:
        while (event := await self.next()) is not None:
            yield event

    def _tell(self) -> None:
        """Hand over every event; never end in silence."""
        try:
            for event in self._told(self._stop):
                self._put(event)
        except Exception as error:  # noqa: BLE001  it is told, and logged where nobody foresaw it
            self._put(AnswerEvent("error", problems.problem_of_any(error, "answer failed")))
        self._put(None)

    def _put(self, event: AnswerEvent | None) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, event)


class _LiveResponse(StreamingResponse):
    """Streams events; whatever ends the response ends what tells them."""

    def __init__(self, live: _Live, frames: AsyncIterator[bytes]) -> None:
        super().__init__(frames, media_type=EVENT_STREAM, headers=HEADERS)
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.end()


async def _never_silent(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    """Yield the events, and a failure as the last one."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except Exception as error:  # noqa: BLE001  as above
        yield Event("error", problems.problem_of_any(error, "events failed"))


async def _frames(
    events: AsyncGenerator[Occurred], ping_s: float, framed: Callable[[Occurred], bytes]
) -> AsyncIterator[bytes]:
    """Yield events as they go over the wire, and pings into the silence between them."""
    while True:
        coming = asyncio.ensure_future(anext(events))
        try:
            while not coming.done():
                await asyncio.wait({coming}, timeout=ping_s)
                yield framed(coming.result()) if coming.done() else PING
        except StopAsyncIteration:
            return
        finally:
            coming.cancel()


async def _wait_for_leave(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.set()
