"""Workers: they take jobs from the queue, and put back what no live worker holds.

A worker tells that it lives every `BEAT_S` seconds. What one holds that was silent for `LEASE_S` is
put back by the next that looks, every `LOOK_EVERY_S`: a job whose worker died begins anew within
`LEASE_S + LOOK_EVERY_S` seconds, or at once where no other process can own the vectors.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import procrastinate
import procrastinate.worker
import psycopg
from procrastinate.jobs import Status

from index.catalog.leases import WorkKind
from index.descriptors import telling_exhaustion
from index.errors import DatabaseUnavailable, Overloaded
from ingest.jobs import KINDS, JobQueue

logger = logging.getLogger(__name__)

BEAT_S = 3.0
LEASE_S = 12.0
LOOK_EVERY_S = 4.0
RECONCILE_EVERY = 5  # looks: the queue may have lost a job altogether, but hardly ever does
POLL_S = 2.0  # for work that waits until a moment; all other work wakes a worker
RETRY_S = 0.5
PUT_BACK = 1  # priority of what was begun before
BEHIND_SEARCHES = 10  # niceness of a worker beside searches
RECONNECT_S = 5.0
CANCEL_S = 1.0
_PASSING = (
    procrastinate.exceptions.ConnectorException,
    psycopg.OperationalError,
    DatabaseUnavailable,
    Overloaded,
)


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work.

    Attributes:
        kind: which one.
        run: does one job of it; must not raise.
        open_ids: the catalog's word on which jobs of it are open.
    """

    kind: WorkKind
    run: Callable[[UUID], None]
    open_ids: Callable[[], list[UUID]]

    @property
    def name(self) -> str:
        """The queue's name for it."""
        return KINDS[self.kind][0]

    @property
    def queue(self) -> str:
        """The part of the queue that it waits in."""
        return KINDS[self.kind][1]


class Worker:
    """Takes jobs from the queue, one at a time, and runs them in a thread.

    Args:
        queue: where jobs wait.
        tasks: the kinds of work to do.
        exclusive: no other worker can exist (the vectors are embedded), so whatever looks
            taken at the start belongs to a dead process.
        chores: what else is to be done now and then.
    """

    def __init__(
        self,
        queue: JobQueue,
        tasks: Sequence[Task],
        *,
        exclusive: bool,
        chores: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._app = queue.app
        self._tasks = tasks
        self._exclusive = exclusive
        self._chores = chores
        self._end: Callable[[], object] = lambda: None
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        for task in tasks:
            self._register(task)

    def run_until_empty(self) -> None:
        """Work until no job is open any more, or `stop`."""
        self._serve(wait=False)
        while not self._stopped.is_set() and any(task.open_ids() for task in self._tasks):
            self._stopped.wait(RETRY_S)
            self._serve(wait=False)

    def start(self) -> None:
        """Work in a background thread until `stop`."""
        self._thread = threading.Thread(target=self._run_behind, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the job at hand and end the work, in whichever thread it goes on."""
        self._stopped.set()
        with suppress(RuntimeError):  # the loop has ended by itself meanwhile
            self._end()
        if self._thread is not None:
            self._thread.join()
        self._idle.wait()

    def run_forever(self) -> None:
        """Work in this thread until `stop` or an interrupt; what passes by is waited for."""
        while not self._stopped.is_set():
            try:
                with telling_exhaustion():
                    self._serve(wait=True)
            except _PASSING:
                logger.exception("the queue's database does not answer, or cannot be asked")
                self._stopped.wait(RECONNECT_S)

    def _run_behind(self) -> None:
        """Work when searches in this process leave the processor free.

        On Linux niceness is a thread's own, and what it starts inherits it: threads, OCR, children.
        """
        if sys.platform == "linux":
            os.nice(BEHIND_SEARCHES)
        self.run_forever()

    def _register(self, task: Task) -> None:
        @self._app.task(name=task.name, queue=task.queue)
        def work(job: str) -> None:
            task.run(UUID(job))

    def _serve(self, *, wait: bool) -> None:
        self._idle.clear()
        try:
            with suppress(asyncio.CancelledError):
                asyncio.run(self._work(wait=wait))
        finally:
            self._idle.set()

    async def _work(self, *, wait: bool) -> None:
        """Work until told to end.

        Only the preparation is ever cancelled, and the database's connections are closed whatever
        became of it: they swallow a cancellation while they are made, and would never end.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._begin_anew)
        preparing, worker = asyncio.create_task(self._prepare()), self._worker(wait=wait)
        self._end = partial(loop.call_soon_threadsafe, preparing.cancel)
        if self._stopped.is_set():
            preparing.cancel()
        try:
            await preparing
            self._end = partial(loop.call_soon_threadsafe, worker.stop)
            if not self._stopped.is_set():  # else its cancellation was lost
                await self._run(worker)
        finally:
            await self._app.close_async()

    def _begin_anew(self, loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        """Stop serving where a job's end could not be told: else it is held while we live."""
        loop.default_exception_handler(told)
        if isinstance(told.get("exception"), procrastinate.exceptions.ConnectorException):
            self._end()

    async def _prepare(self) -> None:
        await self._app.open_async()
        await self._put_back_abandoned(everything=self._exclusive)
        await self._put_back_lost()

    def _worker(self, *, wait: bool) -> procrastinate.worker.Worker:
        return procrastinate.worker.Worker(
            self._app,
            queues=sorted({task.queue for task in self._tasks}),
            wait=wait,
            install_signal_handlers=False,
            delete_jobs="always",
            update_heartbeat_interval=BEAT_S,
            stalled_worker_timeout=LEASE_S,
            fetch_job_polling_interval=POLL_S,
        )

    async def _run(self, worker: procrastinate.worker.Worker) -> None:
        keeper = asyncio.create_task(self._keep_looking())
        try:
            await worker.run()  # type: ignore[no-untyped-call]
        finally:
            await end_for_good(keeper)  # it gives its connection back

    async def _keep_looking(self) -> None:
        for n in count(1):
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                with telling_exhaustion():
                    await self._look(with_chores=n % RECONCILE_EVERY == 0)
            except _PASSING as error:  # the next look is soon
                logger.warning("what is abandoned was not looked for: %s", error)

    async def _look(self, *, with_chores: bool) -> None:
        await self._put_back_abandoned(everything=False)
        if with_chores:
            await self._put_back_lost()
            for chore in self._chores:
                await asyncio.to_thread(chore)

    async def _put_back_abandoned(self, *, everything: bool) -> None:
        """Put back what dead workers hold; `everything` counts all that is held as such.

        It gets a new entry: the old one may still be ended by a worker that only was suspended.
        """
        manager = self._app.job_manager
        for task in self._tasks:
            held = await (
                manager.list_jobs_async(task=task.name, status=Status.DOING.value)
                if everything
                else manager.get_stalled_jobs(task_name=task.name, seconds_since_heartbeat=LEASE_S)
            )
            for entry in held:
                with suppress(procrastinate.exceptions.ConnectorException):  # another one was first
                    await manager.finish_job(entry, Status.FAILED, delete_job=True)
                    await self._put_back(task, str(entry.task_kwargs["job"]))

    async def _put_back_lost(self) -> None:
        """Put back open jobs that are not in the queue at all."""
        manager = self._app.job_manager
        for task in self._tasks:
            there = {
                entry.task_kwargs["job"]
                for status in (Status.TODO, Status.DOING)
                for entry in await manager.list_jobs_async(task=task.name, status=status.value)
            }
            for job in map(str, await asyncio.to_thread(task.open_ids)):
                if job not in there:
                    await self._put_back(task, job)

    async def _put_back(self, task: Task, job: str) -> None:
        logger.warning("job put back", extra={"job": job})
        deferrer = self._app.configure_task(
            task.name, queue=task.queue, lock=job, queueing_lock=job, priority=PUT_BACK
        )
        with suppress(procrastinate.exceptions.AlreadyEnqueued):
            await deferrer.defer_async(job=job)


async def end_for_good(task: "asyncio.Task[None]") -> None:
    """End a task, however often it takes: a cancellation is lost where a connection is lost."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_S)
