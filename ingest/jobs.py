"""The job queue: procrastinate over the catalog's own PostgreSQL.

The queue only wakes workers. What has to happen stands in the catalog: a worker that starts, and
every worker from time to time, puts open jobs that no live worker holds back into the queue
(`ingest.workers`).
"""

from functools import partial
from typing import Any
from uuid import UUID

import procrastinate
import psycopg

from index.catalog.leases import WorkKind
from index.catalog.silence import SILENCE_S, HeardAsyncConnection

INDEX = "index_document"
ENCODE = "encode_document"
REBUILD = "rebuild_index"
PAGES_QUEUE, ROWS_QUEUE = "default", "rows"
KINDS: dict[WorkKind, tuple[str, str]] = {
    "job": (INDEX, PAGES_QUEUE),
    "read_job": (ENCODE, ROWS_QUEUE),
    "rebuild": (REBUILD, ROWS_QUEUE),
}


class JobQueue:
    """Puts job ids into the queue, inside the caller's transaction.

    Attributes:
        app: the queue as a worker sees it. Once it is open it can only await, so that putting in
            has an app of its own.
    """

    def __init__(self, conninfo: str, *, silence_s: float = SILENCE_S) -> None:
        self.app = procrastinate.App(connector=_connector(conninfo, silence_s))
        self._entrance = procrastinate.App(
            connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo)
        )

    def enqueue(self, connection: psycopg.Connection[Any], job: UUID) -> None:
        """Wake a worker for a document's job once the transaction on `connection` commits."""
        self.wake(connection, "job", job)

    def wake(
        self, connection: psycopg.Connection[Any], kind: WorkKind, work: UUID, after_s: float = 0.0
    ) -> None:
        """Wake a worker for any kind of work, after some seconds, likewise."""
        task, queue = KINDS[kind]
        later: dict[str, Any] = {"schedule_in": {"seconds": after_s}} if after_s else {}
        deferrer = self._entrance.configure_task(
            task, queue=queue, lock=str(work), connection=connection, **later
        )
        deferrer.defer(job=str(work))


def _connector(conninfo: str, silence_s: float) -> procrastinate.PsycopgConnector:
    """Return the queue's connections, which give up a database that is silent for so long."""
    return procrastinate.PsycopgConnector(
        conninfo=conninfo,
        min_size=1,
        max_size=4,
        timeout=silence_s,
        connection_class=HeardAsyncConnection,
        configure=partial(HeardAsyncConnection.begin, silence_s=silence_s),
    )
