"""Jobs watched while other threads and processes work on them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import suppress
from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from index.catalog.entries import Job
from index.errors import JobNotFound, PagesightError, Unavailable

FASTEST_S = 0.1
SLOWEST_S = 2.0
SLOWER = 1.5
Look = Callable[[Collection[UUID]], dict[UUID, Job]]


class JobWatch:
    """Tells any number of watchers how jobs change: one look at the catalog serves them all.

    It looks again soon while something changes and ever later while nothing does. The catalog is
    what every process writes to, so that it does not matter which one runs the job.

    Args:
        look: returns jobs as they are now; called in a thread.
        fastest_s: pause after a change.
        slowest_s: longest pause.
    """

    def __init__(
        self, look: Look, *, fastest_s: float = FASTEST_S, slowest_s: float = SLOWEST_S
    ) -> None:
        self._look = look
        self._fastest_s = fastest_s
        self._slowest_s = slowest_s
        self._watchers: set[_Watcher] = set()
        self._looking: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()
        self._is_closed = False

    @property
    def n_watchers(self) -> int:
        """How many watch at the moment."""
        return len(self._watchers)

    async def changes(self, job: UUID) -> AsyncGenerator[Job]:
        """Yield a job as it is, and again whenever it has changed, until the caller has enough.

        Raises:
            JobNotFound: no job has that id, or it went with its collection.
            Unavailable: the catalog does not answer, or the watch was closed.
        """
        watcher = _Watcher(job)
        self._watchers.add(watcher)
        try:
            self._look_soon()
            while True:
                yield await watcher.next()
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """Send every watcher away; the event loop's thread calls it."""
        self._is_closed = True
        self._joined.set()
        self._send_away(Unavailable("the server is stopping; ask again"))

    async def end(self) -> None:
        """Close, and wait until the look at hand has let go of the catalog."""
        self.close()
        if self._looking is not None:
            await asyncio.wait([self._looking])

    def _look_soon(self) -> None:
        if self._is_closed:
            raise Unavailable("the server is stopping; ask again")
        self._joined.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        pause_s = self._fastest_s
        while self._watchers and not self._is_closed:
            self._joined.clear()
            try:
                is_news = await self._look_once()
            except PagesightError as error:
                self._send_away(error)
                return
            pause_s = self._fastest_s if is_news else min(pause_s * SLOWER, self._slowest_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._joined.wait(), pause_s)

    async def _look_once(self) -> bool:
        watchers = list(self._watchers)
        found = await run_in_threadpool(self._look, {watcher.job for watcher in watchers})
        news = [watcher.tell(found.get(watcher.job)) for watcher in watchers]  # all of them hear
        return any(news)

    def _send_away(self, why: PagesightError) -> None:
        for watcher in self._watchers:
            watcher.send_away(why)


class _Watcher:
    """One who wants to know of a job."""

    def __init__(self, job: UUID) -> None:
        self.job = job
        self._told: Job | None = None
        self._news: asyncio.Queue[Job | PagesightError] = asyncio.Queue()

    async def next(self) -> Job:
        """Return the next state of the job."""
        news = await self._news.get()
        if isinstance(news, PagesightError):
            raise news
        return news

    def tell(self, found: Job | None) -> bool:
        """Take in what was found; True when it is news."""
        if found is None:
            self.send_away(JobNotFound(f"no job {self.job}"))
        elif found != self._told:
            self._told = found
            self._news.put_nowait(found)
            return True
        return False

    def send_away(self, why: PagesightError) -> None:
        """Let the watching end with an error."""
        self._news.put_nowait(why)
