"""What every request goes through first: it gets an id, a span, a time and a line in the log.

The line has the route's template, never the path or the query, which say what somebody asks.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers.access import Access
from api.telemetry import metric_names
from api.telemetry.logs import REQUEST_ID
from api.telemetry.telemetry import Telemetry

HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
QUIET = frozenset({"/livez", "/readyz", "/metrics"})  # asked every few seconds by machines
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
logger = logging.getLogger("pagesight.access")


def note_request_id(headers: Headers) -> str:
    """Return the id that a request brings, or a new one; what is told from now on has it.

    It is not reset: what handles a failure outside still tells it.
    """
    request_id = headers.get(HEADER, "")
    if not _SANE.fullmatch(request_id):
        request_id = uuid4().hex
    REQUEST_ID.set(request_id)
    return request_id


class RequestWatch:
    """Watches requests pass.

    Args:
        app: what answers them.
        telemetry: is told.
        ending: whether the service is about to stop: connections are then closed one by one.
    """

    def __init__(
        self,
        app: ASGIApp,
        telemetry: Telemetry,
        *,
        ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._app = app
        self._telemetry = telemetry
        self._ending = ending
        self._n_open = 0
        telemetry.metrics.follow(metric_names.REQUESTS_OPEN, lambda: self._n_open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = note_request_id(headers)
        method = scope["method"] if scope["method"] in METHODS else "other"
        passing = _Passing(method, request_id, time.perf_counter())
        self._n_open += 1
        try:
            with self._telemetry.traces.request(method, headers) as span:
                try:
                    await self._app(scope, receive, self._telling(passing, send))
                finally:
                    passing.route, passing.key = route_of(scope), _key(scope)
                    span.ended(passing.route, passing.status)
        finally:
            self._n_open -= 1
            self._tell(passing)

    def _telling(self, passing: "_Passing", send: Send) -> Send:
        """Return what sends, and notes the status on the way."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                passing.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = passing.request_id
                if self._ending():
                    headers["Connection"] = "close"
            await send(message)

        return told

    def _tell(self, passing: "_Passing") -> None:
        took = time.perf_counter() - passing.began
        labels = (passing.method, passing.route, str(passing.status))
        self._telemetry.metrics.took(metric_names.REQUEST_SECONDS, took, *labels)
        level = logging.DEBUG if passing.route in QUIET else logging.INFO
        told = {"method": passing.method, "route": passing.route, "status": passing.status}
        if passing.key:
            told["key"] = passing.key
        logger.log(level, "request", extra={**told, "ms": round(1000 * took, 1)})


@dataclass(slots=True)
class _Passing:
    """A request; one that ends without a status has failed in a way that nobody thought of."""

    method: str
    request_id: str
    began: float
    status: int = 500
    route: str = UNMATCHED
    key: str = ""


def route_of(scope: Scope) -> str:
    """Return the route's template with the prefix of its router, which FastAPI keeps apart."""
    kept = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    template = getattr(kept, "path_format", None)
    return template if isinstance(template, str) else UNMATCHED


def _key(scope: Scope) -> str:
    """Return the id of the key that the request came with, if it came with a good one."""
    access: Access | None = scope.get("state", {}).get("access")
    return access.key_id if access is not None else ""
