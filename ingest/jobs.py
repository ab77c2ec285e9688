"""The job queue: procrastinate over the catalog's own PostgreSQL.

The queue only wakes workers. What has to happen stands in the catalog: a worker that starts, and
every worker from time to time, puts open jobs that no live worker holds back into the queue.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)

INDEX = "index_document"
REBUILD = "rebuild_index"
RECONCILE_EVERY_S = 20.0
RETRY_S = 0.5
BEHIND_SEARCHES = 10  # niceness of a worker beside searches
RECONNECT_S = 5.0
_LOST_DATABASE = (procrastinate.exceptions.ConnectorException, psycopg.OperationalError)


class JobQueue:
    """Puts job ids into the queue, inside the caller's transaction.

    Attributes:
        app: the queue as a worker sees it. Once it is open it can only await, so that putting in
            has an app of its own.
    """

    def __init__(self, conninfo: str) -> None:
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
        )
        self._entrance = procrastinate.App(
            connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo)
        )

    def enqueue(self, connection: psycopg.Connection[Any], job: UUID) -> None:
        """Wake a worker for a document's job once the transaction on `connection` commits."""
        self._put(INDEX, connection, job)

    def enqueue_rebuild(self, connection: psycopg.Connection[Any], rebuild: UUID) -> None:
        """Wake a worker for a rebuild, likewise."""
        self._put(REBUILD, connection, rebuild)

    def _put(self, task: str, connection: psycopg.Connection[Any], job: UUID) -> None:
        deferrer = self._entrance.configure_task(task, lock=str(job), connection=connection)
        deferrer.defer(job=str(job))


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work.

    Attributes:
        name: the queue's name for it.
        run: does one job of it; must not raise.
        open_ids: the catalog's word on which jobs of it are open.
    """

    name: str
    run: Callable[[UUID], None]
    open_ids: Callable[[], list[UUID]]


class Worker:
    """Takes jobs from the queue, one at a time, and runs them in a thread.

    Args:
        queue: where jobs wait.
        tasks: the kinds of work to do.
        exclusive: no other worker can exist (the vectors are embedded), so whatever looks
            taken at the start belongs to a dead process.
    """

    def __init__(self, queue: JobQueue, tasks: Sequence[Task], *, exclusive: bool) -> None:
        self._app = queue.app
        self._tasks = tasks
        self._exclusive = exclusive
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
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
            if self._loop is not None and self._serving is not None:
                self._loop.call_soon_threadsafe(self._serving.cancel)
        if self._thread is not None:
            self._thread.join()
        self._idle.wait()

    def run_forever(self) -> None:
        """Work in this thread until `stop` or an interrupt; a lost database is waited for."""
        while not self._stopped.is_set():
            try:
                self._serve(wait=True)
            except _LOST_DATABASE:
                logger.exception("the queue's database does not answer")
                self._stopped.wait(RECONNECT_S)

    def _run_behind(self) -> None:
        """Work when searches in this process leave the processor free.

        On Linux niceness is a thread's own, and what it starts inherits it: threads, OCR, children.
        """
        if sys.platform == "linux":
            os.nice(BEHIND_SEARCHES)
        self.run_forever()

    def _register(self, task: Task) -> None:
        @self._app.task(name=task.name)
        def work(job: str) -> None:
            task.run(UUID(job))

    def _serve(self, *, wait: bool) -> None:
        self._idle.clear()
        try:
            with suppress(asyncio.CancelledError):
                asyncio.run(self._remembered(wait=wait))
        finally:
            self._idle.set()

    async def _remembered(self, *, wait: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.create_task(self._work(wait=wait))
        if self._stopped.is_set():
            self._serving.cancel()
        await self._serving

    async def _work(self, *, wait: bool) -> None:
        async with self._app.open_async():
            await self._reconcile(everything=self._exclusive)
            keeper = asyncio.create_task(self._keep_reconciling())
            try:
                await self._app.run_worker_async(
                    wait=wait, install_signal_handlers=False, delete_jobs="always"
                )
            finally:
                keeper.cancel()

    async def _keep_reconciling(self) -> None:
        while True:
            await asyncio.sleep(RECONCILE_EVERY_S)
            await self._reconcile(everything=False)

    async def _reconcile(self, *, everything: bool) -> None:
        """Put back open jobs that nobody works on; `everything` counts all taken ones as lost."""
        for task in self._tasks:
            await self._put_back(task, everything=everything)

    async def _put_back(self, task: Task, *, everything: bool) -> None:
        manager = self._app.job_manager
        lost = await (
            manager.list_jobs_async(task=task.name, status=Status.DOING.value)
            if everything
            else manager.get_stalled_jobs(task_name=task.name)
        )
        for queued in lost:
            await manager.retry_job(queued)
        waiting = {
            job.task_kwargs["job"]
            for status in (Status.TODO, Status.DOING)
            for job in await manager.list_jobs_async(task=task.name, status=status.value)
        }
        for job in map(str, await asyncio.to_thread(task.open_ids)):
            if job not in waiting:
                logger.warning("job put back", extra={"job": job})
                await self._app.configure_task(task.name, lock=job).defer_async(job=job)
