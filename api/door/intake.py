"""The door for files: while no more can be taken in, none of their bytes are read."""

import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from index.errors import PagesightError

FILES = {
    "POST": re.compile(r"/v1/collections/[^/]+/documents"),
    "PUT": re.compile(r"/v1/collections/[^/]+/documents/[^/]+"),
}


class IntakeDoor:
    """Answers requests that bring a file with a problem while nothing can be taken in.

    Args:
        app: what answers all others.
        check: raises what keeps files from being taken in.
    """

    def __init__(self, app: ASGIApp, check: Callable[[], None]) -> None:
        self._app = app
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if _brings_file(scope):
            try:
                await run_in_threadpool(self._check)
            except PagesightError as error:
                await problems.response_of(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _brings_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in FILES:
        return False
    return FILES[scope["method"]].fullmatch(scope["path"]) is not None
