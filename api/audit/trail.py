"""One line of the audit log for every request that changes something, or was to.

The line is written when the work is done and before the answer is sent: who gets an answer has a
line. Where the line cannot be written, the answer is that failure. What is refused before a route
begins, for want of a key, of room or of patience, leaves none: strangers must not fill the log.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.audit.deeds import ACTIONS, deed_of, made_ids, named_ids
from api.callers.access import Access
from api.door.once import REPLAYED
from api.door.watch import route_of
from api.telemetry.logs import REQUEST_ID
from index.catalog.audit import AuditLog
from index.catalog.lines import DONE, Deed
from index.errors import PagesightError

INTERNAL = "internal_error"
IS_TOLD = "is_told"  # set by a route whose line is part of its own transaction


class AuditTrail:
    """Notes requests that change something.

    Args:
        app: what answers them.
        log: gets the lines.
    """

    def __init__(self, app: ASGIApp, log: AuditLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if _action(scope) is None:
                await send(message)
            else:
                held.append(message)

        try:
            await self._app(scope, receive, hold)
        except Exception:
            if _action(scope) is not None:
                await self._note(_deed(scope, INTERNAL))
            raise
        await self._tell(scope, receive, send, held)

    async def _tell(self, scope: Scope, receive: Receive, send: Send, held: list[Message]) -> None:
        """Write the line of an answer that was held back, and send it."""
        try:
            if held and not scope.get("state", {}).get(IS_TOLD):
                await self._note(_deed_of_answer(scope, held))
        except PagesightError as error:
            await problems.response_of(error)(scope, receive, send)
            return
        for message in held:
            await send(message)

    async def _note(self, deed: Deed) -> None:
        await run_in_threadpool(self._log.append, deed)


def _action(scope: Scope) -> str | None:
    return ACTIONS.get((scope["method"], route_of(scope)))


def _deed_of_answer(scope: Scope, held: list[Message]) -> Deed:
    start, *parts = held
    answered = json.loads(b"".join(part.get("body", b"") for part in parts) or b"null")
    if start["status"] >= 400:
        return _deed(scope, str(answered["code"]))
    is_replayed = REPLAYED in Headers(raw=start["headers"])
    return _deed(scope, "replayed" if is_replayed else DONE, answered)


def _deed(scope: Scope, result: str, answered: Any = None) -> Deed:  # noqa: ANN401  any JSON
    access: Access = scope["state"]["access"]
    action = _action(scope) or ""
    about = named_ids(access, scope["path_params"]) | made_ids(access, action, answered)
    return deed_of(access, action, about, result=result, request=REQUEST_ID.get())
