"""Who works on what: a job or a rebuild belongs to whoever started it last.

Every start raises a number in its row, the fence. Who notes, stores, publishes or ends something
brings the fence of its own start. A worker that was suspended for so long that another one took its
work over finds a higher one there, and changes nothing.
"""

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

import psycopg
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    case,
    func,
    literal,
    select,
    update,
)

from index.catalog.database import driver_connection
from index.catalog.entries import Lease, Pause
from index.catalog.schema import jobs, rebuilds

OPEN_STATES = ("queued", "running")
WorkKind = Literal["job", "read_job", "rebuild"]  # a read job's pages are kept, and have no rows
Wake = Callable[[psycopg.Connection[Any], WorkKind, UUID, float], None]
_TABLES: dict[str, Table] = {"job": jobs, "rebuild": rebuilds}


class Leases:
    """Puts work back; every verb is one transaction.

    Args:
        engine: the catalog's database.
        wake: has a worker take work up after some seconds, inside the transaction it is given.
    """

    def __init__(self, engine: Engine, wake: Wake) -> None:
        self._engine = engine
        self._wake = wake

    def pause(self, lease: Lease, pause: Pause) -> float | None:
        """Put work back to be started again after a while.

        Returns the seconds since it first had to wait without getting on; None, and nothing is
        changed, when it has ended or somebody else started it.
        """
        table = _TABLES[lease.kind]
        with self._engine.begin() as connection:
            row = connection.execute(
                update(table)
                .where(*holds(lease), table.c.state == "running")
                .values(_paused(table, pause))
                .returning(table, func.extract("epoch", func.now() - table.c.waits_since))
            ).one_or_none()
            if row is None:
                return None
            self._wake(driver_connection(connection), _kind(lease, row), lease.work, pause.after_s)
            return float(row[-1] or 0.0)


def holds(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """Select the row of open work that nobody else has started."""
    table = _TABLES[lease.kind]
    return (
        table.c.id == lease.work,
        table.c.fence == lease.fence,
        table.c.state.in_(OPEN_STATES),
    )


def lock_lease(connection: Connection, lease: Lease) -> bool:
    """Keep work from being started or ended until the transaction ends; False when it was."""
    table = _TABLES[lease.kind]
    found = select(table.c.id).where(*holds(lease)).with_for_update(read=True)
    return connection.execute(found).one_or_none() is not None


def started(table: Table) -> dict[str, Any]:
    """Return what changes in a row of open work when somebody takes it over."""
    return {
        "state": "running",
        "attempts": table.c.attempts + 1,
        "fence": table.c.fence + 1,
        "error_code": None,
        "error_message": None,
    }


def got_on(table: Table, *, when: ColumnElement[bool] | None = None) -> dict[str, Any]:
    """Return what is forgotten of attempts and waits once something is done."""
    fresh: dict[str, Any] = {"attempts": 1, "waits": 0, "waits_since": None}
    if when is None:
        return fresh
    return {name: case((when, literal(to)), else_=table.c[name]) for name, to in fresh.items()}


def _paused(table: Table, pause: Pause) -> dict[str, Any]:
    values: dict[str, Any] = {"state": "queued"}
    if not pause.is_attempt:
        values["attempts"] = func.greatest(table.c.attempts - 1, 0)
    if pause.failure is not None:
        values |= {
            "waits": table.c.waits + 1,
            "waits_since": func.coalesce(table.c.waits_since, func.now()),
            "error_code": pause.failure.code,
            "error_message": pause.failure.message,
        }
        if table is jobs:
            values["stage"] = "waiting"
    return values


def _kind(lease: Lease, row: Row[Any]) -> WorkKind:
    if lease.kind == "rebuild":
        return "rebuild"
    return "read_job" if row.is_read else "job"
