"""What a backup reads stays until it has read it: one lock of the database, held by the backup.

A killed process holds no lock, so a backup that was cut off is in nobody's way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, func, select

from index.errors import BackupRunning

BACKUP_LOCK = 0x6261_636B  # "back": any number will do, as long as every process agrees
WAIT_S = 10.0  # for who holds it shared, each for one short transaction


def may_remove(connection: Connection) -> bool:
    """Tell whether no backup is running; none begins before this transaction ends."""
    taken = connection.execute(select(func.pg_try_advisory_xact_lock_shared(BACKUP_LOCK)))
    return bool(taken.scalar_one())


def check_may_remove(connection: Connection) -> None:
    """Do nothing where no backup is running; none begins before this transaction ends.

    Raises:
        BackupRunning: one is.
    """
    if not may_remove(connection):
        raise BackupRunning("a backup reads what was to be removed; try again when it is done")


@contextmanager
def without_backup(connection: Connection) -> Iterator[None]:
    """Keep backups from beginning meanwhile; `connection` commits by itself.

    Raises:
        BackupRunning: one is being made.
    """
    lock, unlock = func.pg_try_advisory_lock_shared, func.pg_advisory_unlock_shared
    if not connection.execute(select(lock(BACKUP_LOCK))).scalar_one():
        raise BackupRunning("a backup reads what was to be removed; try again when it is done")
    try:
        yield
    finally:
        connection.execute(select(unlock(BACKUP_LOCK)))


def keep_for_backup(connection: psycopg.Connection[Any], *, wait_s: float = WAIT_S) -> None:
    """Have nothing removed until this connection, which is in no transaction, is closed.

    Raises:
        BackupRunning: another backup is being made, or something is being erased.
    """
    try:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('lock_timeout', %s, true)", [f"{round(wait_s * 1000)}ms"]
            )
            connection.execute("SELECT pg_advisory_lock(%s)", [BACKUP_LOCK])
    except psycopg.errors.LockNotAvailable as error:
        raise BackupRunning(
            "another backup is being made, or something is being erased; try again when it is done"
        ) from error
