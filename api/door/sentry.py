"""Who would be refused in a full line anyway is so before anything else is done for it.

A flood then costs next to nothing: no database, no thread and no line of the log each.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.callers.access import Access
from api.chat.problems import OpenAIErrors
from api.door.turn_taking import COMING, kind_of
from api.door.turns import Kind, Line
from api.door.watch import note_request_id
from api.telemetry import metric_names
from api.telemetry.metrics import Metrics
from index.errors import Overloaded

logger = logging.getLogger(__name__)

TELL_EVERY_S = 1.0


class Sentry:
    """Looks once at each request as it comes.

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
        """Return what answers an HTTP request that is sent away, without waiting; None for others.

        Those are noted as coming: what answers them closes `COMING` of their state.
        """
        state = scope.setdefault("state", {})
        state[COMING] = ExitStack()
        kind = kind_of(scope["method"], scope["path"])
        if kind is None:
            return None
        headers = Headers(scope=scope)
        access = self._recall(headers)
        if access is None:
            return None
        try:
            state[COMING] = self._lines[kind].come(access.tenant)
        except Overloaded as error:
            note_request_id(headers)
            self._tell(kind, error.reason, access)
            return OpenAIErrors(problems.response_of(error))
        return None

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
    """Has a sentry look at the requests that none has looked at yet.

    Args:
        app: what answers who is not sent away.
        sentry: sends away.
    """

    def __init__(self, app: ASGIApp, sentry: Sentry) -> None:
        self._app = app
        self._sentry = sentry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_new = COMING not in scope.get("state", {})
        if is_new and (refusal := self._sentry.refuse(scope)):
            await refusal(scope, receive, send)
            return
        with scope["state"][COMING]:
            await self._app(scope, receive, send)
