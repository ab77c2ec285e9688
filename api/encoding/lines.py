"""A line of requests, and threads for those whose turn it is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request

from api.door.turns import Line
from index.errors import EncoderUnavailable

BODY_S = 30.0  # to send a request whose turn it is
ANYBODY = ""  # callers are processes of one fleet: none is put before another


class WorkLine:
    """Works on so many requests at once, and lets so many wait.

    Nothing of a request is read before its turn, so what all of them take in memory has a bound.

    Args:
        n_at_once: how many are at work.
        n_waiting: how many may wait.
        max_wait_s: the longest wait.
    """

    def __init__(self, n_at_once: int, n_waiting: int, max_wait_s: float) -> None:
        self.line = Line(n_at_once, n_waiting, max_wait_s)
        self._threads = ThreadPoolExecutor(n_at_once)

    async def answer(self, request: Request, work: Callable[[bytes], bytes]) -> bytes:
        """Read a request when it is its turn, and do the work.

        Raises:
            EncoderUnavailable: the request did not come in time.
            Overloaded: too many wait, or the wait was too long.
        """
        await self.line.take(ANYBODY)
        try:
            body = await _body(request)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, body)
        finally:
            self.line.leave(ANYBODY)


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_S):
            return await request.body()
    except TimeoutError as error:
        raise EncoderUnavailable(f"the request took longer than {BODY_S:g} s to come") from error
