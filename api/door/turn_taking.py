"""Which requests take turns, and how they do: before anything of their bodies is read.

Reads, deletes and probes take none: they go on when everything else is too much.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import partial

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.callers.access import Access
from api.chat.problems import OpenAIErrors
from api.door.turns import GivingWay, Kind, Line
from api.door.watch import note_request_id
from api.settings import Settings
from api.telemetry import metric_names
from api.telemetry.metrics import Metrics
from index.errors import Overloaded
from retrieval.pauses import GIVE_WAY

logger = logging.getLogger(__name__)

Caller = Callable[[Scope], str]
TELL_EVERY_S = 1.0
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
        if coming := scope["state"].get("coming"):
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


class Sentry:
    """Refuses who would be refused in a full line anyway, before anything else is done for it.

    A flood then costs next to nothing: no database, no thread and no line of the log each.

    Args:
        lines: that requests stand in.
        recall: what a request might do a moment ago.
        metrics: are told who was sent away.
        clock: seconds since any moment.
    """

    def __init__(
        self,
        lines: Mapping[Kind, Line],
        recall: Callable[[Headers], Access | None],
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lines = lines
        self._recall = recall
        self._metrics = metrics
        self._clock = clock
        self._n_untold = 0
        self._tell_at = clock()

    def refuse(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a request that is sent away, without waiting; None for others."""
        known = self._known(scope)
        if known is None:
            return None
        kind, access = known
        try:
            self._lines[kind].check(access.tenant)
        except Overloaded as error:
            note_request_id(Headers(scope=scope))
            self._tell(kind, error.reason, access)
            return OpenAIErrors(problems.response_of(error))
        return None

    def let_in(self, scope: Scope) -> ExitStack:
        """Note that a request which was not refused comes; `coming` of its state ends that."""
        known = self._known(scope)
        if known is None:
            return ExitStack()
        kind, access = known
        coming = self._lines[kind].come(access.tenant)
        scope.setdefault("state", {})["coming"] = coming
        return coming

    def _known(self, scope: Scope) -> tuple[Kind, Access] | None:
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        access = None if kind is None else self._recall(Headers(scope=scope))
        return None if kind is None or access is None else (kind, access)

    def _tell(self, kind: Kind, reason: str, access: Access) -> None:
        """Count a refusal; the log has a line of the last one and how many they were, now and then.

        A line each would cost more than the refusal.
        """
        self._metrics.took(metric_names.TURN_WAIT_SECONDS, 0, kind, reason)
        self._n_untold += 1
        if self._clock() < self._tell_at:
            return
        told = {"line": kind, "key": access.key_id, "n": self._n_untold}
        logger.warning("sent away", extra=told)
        self._n_untold, self._tell_at = 0, self._clock() + TELL_EVERY_S


class SendAway:
    """Has a sentry look at requests first.

    Args:
        app: what answers who is not sent away.
        sentry: sends away.
    """

    def __init__(self, app: ASGIApp, sentry: Sentry) -> None:
        self._app = app
        self._sentry = sentry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if refusal := self._sentry.refuse(scope):
            await refusal(scope, receive, send)
            return
        with self._sentry.let_in(scope):
            await self._app(scope, receive, send)


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
