"""HTTP read in C, by a reader with what uvicorn's lacks: patience, an end of it, a quick no."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from typing import cast

from uvicorn._types import ASGI3Application, HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

Refuse = Callable[[HTTPScope], ASGI3Application | None]
MAX_BARREN_BYTES = 64 << 10  # h11 holds as much of a head that does not end


class PatientHttp(HttpToolsProtocol):
    """Answers what it was asked before it hangs up on what follows and is no HTTP.

    uvicorn's hangs up at once, so that whoever sends more than the request says hears nothing of
    it; and it gathers heads and trailers for as long as they go on.

    An application whose state has `refuse` is asked whether a request is refused as soon as its
    head is here. What that returns answers at once and waits for nothing.
    """

    _refuse: Refuse | None = None
    _n_barren = 0  # bytes since the last that ended a head or belonged to a body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to listen to a client."""
        super().connection_made(transport)
        self._refuse = getattr(getattr(self.config.app, "state", None), "refuse", None)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        self._n_barren += len(data)
        super().data_received(data)
        if self._n_barren > MAX_BARREN_BYTES:
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Begin to answer a request."""
        self._n_barren = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take some of its body."""
        self._n_barren = 0
        super().on_body(body)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Begin to answer a request; who is refused has the answer before this returns.

        A task has to be handed the interpreter once more, which a crowd of refused ones takes from
        those who are answered.
        """
        context = copy_context()
        refuse = None if self.flow.write_paused else self._refuse
        refusal = context.run(refuse, cycle.scope) if refuse else None
        if refusal is None:
            super()._start_asgi_task(cycle, app)
            return
        answering = refusal(cycle.scope, cycle.receive, cycle.send)
        answering = cast("Coroutine[None, None, None]", answering)
        with suppress(StopIteration):  # how a coroutine says that it has ended
            context.run(answering.send, None)
            raise RuntimeError("a refusal waits for something")

    def send_400_response(self, msg: str) -> None:
        """Hang up, after the answer to a request that is here to its end."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # none before the first request
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
            return
        cycle.keep_alive = False
        self.flow.pause_reading()
