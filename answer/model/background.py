"""An event loop in a thread of its own.

Callers are synchronous, and a socket that blocks a thread cannot be let go from another one. What
waits in an event loop can: it ends within moments when its deadline passes or nobody wants it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from answer.stop import Stop
from index.errors import AnswerCancelled

Item = TypeVar("Item")
Work = Callable[[Callable[[Item], None]], Coroutine[Any, Any, None]]


class Background(Generic[Item]):
    """Runs work that hands out items; the thread starts with the first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def stream(self, work: Work[Item], stop: Stop) -> Iterator[Item]:
        """Yield what the work hands out; it is cancelled when the iterator is let go.

        Args:
            work: is given what it hands items to.
            stop: ends it from any thread.

        Raises:
            AnswerCancelled: it was stopped, or everything was closed.
        """
        received: SimpleQueue[tuple[Item] | None] = SimpleQueue()
        working = asyncio.run_coroutine_threadsafe(
            work(lambda item: received.put((item,))), self._running()
        )
        working.add_done_callback(lambda _: received.put(None))
        try:
            with stop.calling(working.cancel):
                while (item := received.get()) is not None and not stop.is_set:
                    yield item[0]
        finally:
            working.cancel()
        if stop.is_set or working.cancelled():
            raise AnswerCancelled(
                "the model was told to stop: the one who asked left, or the service closes"
            )
        working.result()

    def soon(self, callback: Callable[[], object]) -> None:
        """Call it in the thread, before work that comes later; what it returns is dropped."""
        self._running().call_soon_threadsafe(callback)

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """End what runs, then run `last`, then end the thread; twice equals once."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(_wind_up(last), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="model", daemon=True)
                self._thread.start()
            return self._loop


async def _wind_up(last: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    if last is not None:
        await last()
