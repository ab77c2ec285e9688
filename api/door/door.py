"""The door of the application: a request shows its key before any of its body is read."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.callers.doorkeeper import Doorkeeper
from index.errors import PagesightError

GUARDED = ("/v1/", "/mcp", "/metrics")  # the rest tells nothing: the page, its OpenAPI, probes


class Door:
    """Lets a request in with what it may do as `access` in its state, or answers with a problem.

    Args:
        app: what answers who is let in.
        doorkeeper: tells who that is.
    """

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper) -> None:
        self._app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        try:
            access = await run_in_threadpool(self._doorkeeper.admit, Headers(scope=scope))
        except PagesightError as error:
            await problems.response_of(error)(scope, receive, send)
            return
        scope.setdefault("state", {})["access"] = access
        await self._app(scope, receive, send)
