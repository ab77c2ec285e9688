"""Which requests take turns, and how they do: before anything of their bodies is read.

Reads, deletes and probes take none: they go on when everything else is too much.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.callers.access import Access
from api.door.turns import GivingWay, Kind, Line
from api.settings import Settings
from api.telemetry import metric_names
from api.telemetry.metrics import Metrics
from index.errors import Overloaded
from retrieval.pauses import GIVE_WAY

Caller = Callable[[Scope], str]
COMING = "coming"  # of a request's state: what notes that it comes, closed when it is here
_TURNS: tuple[tuple[Kind, str], ...] = (
    ("search", r"POST /v1/collections/[^/]+/(search|search/batch|extract)"),
    ("search", r"GET /v1/collections/[^/]+/documents/[^/]+/pages/\d+/heatmap(\.json)?"),
    ("answer", r"POST /v1/collections/[^/]+/answers"),
    ("answer", r"POST (/v1/chat/completions|/mcp/?)"),
    ("upload", r"POST /v1/collections/[^/]+/documents"),
    ("upload", r"PUT /v1/collections/[^/]+/documents/[^/]+"),
)
_KINDS = [(kind, re.compile(pattern)) for kind, pattern in _TURNS]


def kind_of(method: str, path: str) -> Kind | None:
    """Return the line that a request stands in, if it stands in one."""
    asked = f"{method} {path}"
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(asked)), None)


def tenant(scope: Scope) -> str:
    """Return whom a request counts for: its key's tenant; without a key, where it comes from."""
    access: Access = scope["state"]["access"]
    return access.tenant if access.key else str((scope.get("client") or ("",))[0])


def lines(settings: Settings) -> dict[Kind, Line]:
    """Return the lines; answers without a model are work for this machine like searches."""
    waits = (settings.waiting, settings.max_wait_s)
    elsewhere = partial(Line, settings.answers_at_work, *waits)
    here = partial(Line, settings.at_work, *waits, yields=True)
    answer = elsewhere if settings.vlm_url else here
    return {"search": here(), "answer": answer(), "upload": elsewhere()}


class TakeTurns:
    """Lets requests through when it is their turn.

    Args:
        app: what answers them.
        lines: that they stand in.
        caller: whom a request counts for.
        metrics: are told of the waits.
    """

    def __init__(
        self, app: ASGIApp, lines: Mapping[Kind, Line], caller: Caller, metrics: Metrics
    ) -> None:
        self._app = app
        self._lines = lines
        self._caller = caller
        self._metrics = metrics
        for kind, line in lines.items():
            follow(metrics, kind, line)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it, or do nothing more for a caller that has left."""
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if kind is None:
            await self._app(scope, receive, send)
            return
        if coming := scope["state"].get(COMING):
            coming.close()
        heard = _Heard(receive)
        began, caller = time.perf_counter(), self._caller(scope)
        try:
            is_turn = await self._wait(self._lines[kind], caller, heard)
        except Overloaded as error:
            self._tell(kind, error.reason, began)
            await problems.response_of(error)(scope, receive, send)
            return
        self._tell(kind, "taken" if is_turn else "left", began)
        if not is_turn:
            return
        GIVE_WAY.set(GivingWay(self._lines[kind], caller))
        try:
            await self._app(scope, heard.again, send)
        finally:
            self._lines[kind].leave(caller)

    async def _wait(self, line: Line, caller: str, heard: "_Heard") -> bool:
        """Wait for a turn; False when the caller leaves before."""
        taking = asyncio.ensure_future(line.take(caller))
        leaving: asyncio.Task[None] | None = None
        try:
            await asyncio.sleep(0)  # most take their turn at once: nothing to listen for
            if not taking.done():
                leaving = asyncio.ensure_future(heard.leave())
                await asyncio.wait((taking, leaving), return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                await taking
                return True
            return False
        finally:
            for task in filter(None, (taking, leaving)):
                await _ended(task)

    def _tell(self, kind: Kind, outcome: str, began: float) -> None:
        took = time.perf_counter() - began
        self._metrics.took(metric_names.TURN_WAIT_SECONDS, took, kind, outcome)


class _Heard:
    """Listens for a caller's leave, and gives what else it heard again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []

    async def leave(self) -> None:
        """Return when the caller leaves; never while the rest of a body is not read."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return
            self._messages.append(message)
            if message.get("more_body"):
                await asyncio.Event().wait()

    async def again(self) -> Message:
        """Return what was heard, then what comes."""
        return self._messages.pop(0) if self._messages else await self._receive()


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Overloaded):
        await task


def follow(metrics: Metrics, kind: str, line: Line) -> None:
    """Have the metrics tell how many of a line are at work and wait."""
    metrics.follow(metric_names.TURNS_TAKEN, lambda: line.n_at_work, kind)
    metrics.follow(metric_names.TURNS_WAITING, lambda: line.n_waiting, kind)
