"""What answers searches when it is let to."""

import asyncio
import threading

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

SEARCH = "/v1/collections/default/search"


class Slow:
    """Answers a request when it is let to, with how many bytes it sent."""

    def __init__(self) -> None:
        self.n_begun = 0
        self.may_end = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.n_begun += 1
        n_bytes, more = 0, True
        while more:
            message = await receive()
            n_bytes += len(message.get("body", b""))
            more = message.get("more_body", False)
        while not self.may_end.is_set():
            await asyncio.sleep(0.01)
        await PlainTextResponse(str(n_bytes))(scope, receive, send)
