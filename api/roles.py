"""What a worker does of the work that waits: all of it, or what its machine is made for."""

from collections.abc import Callable
from functools import partial
from typing import Literal
from uuid import UUID

from api.telemetry.telemetry import Telemetry, WatchedJobs
from ingest.pipeline import Indexer
from ingest.rebuild import Rebuilder
from ingest.stores import Stores
from ingest.workers import Task

Role = Literal["all", "render", "encode"]


def tasks_of(
    role: Role, stores: Stores, indexer: Indexer, rebuilder: Rebuilder, telemetry: Telemetry
) -> list[Task]:
    """Return the kinds of work of a role.

    `render` reads pages, and needs no model; `encode` makes rows of the pages that are kept, and
    needs neither a renderer nor OCR; `all` does both in one go, and whatever one of them left.
    """
    ledger = stores.ledger

    def watched(run: Callable[[UUID], None]) -> Callable[[UUID], None]:
        return WatchedJobs(run, ledger, stores.catalog, telemetry).run

    read = indexer.read if role == "render" else indexer.run
    pages = Task("job", watched(read), partial(ledger.open_ids, is_read=False))
    rows = Task("read_job", watched(indexer.encode), partial(ledger.open_ids, is_read=True))
    rebuilds = Task("rebuild", rebuilder.run, stores.rebuilds.open_ids)
    tasks: dict[Role, list[Task]] = {
        "all": [pages, rows, rebuilds],
        "render": [pages],
        "encode": [rows, rebuilds],
    }
    return tasks[role]
