"""What was deleted and may still lie on the disk: in segments, heaps and write-ahead logs.

A line is noted when a generation is collected, and goes when its bytes are known to be gone. It
holds ids, a hash and counts, which the audit log then keeps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.audit import append_line
from index.catalog.backup_lock import without_backup
from index.catalog.entries import Remain
from index.catalog.lines import Deed, Line
from index.catalog.schema import pages, remains
from index.errors import ErasureBusy

ERASING_LOCK = 0x6572_6173  # "eras": any number will do, as long as every process agrees


class Remains:
    """Lists and settles what was deleted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Remain]:
        """Return what is not known to be gone, the oldest first."""
        query = select(remains).order_by(remains.c.deleted_at, remains.c.generation)
        with self._engine.connect() as connection:
            return [_remain(row) for row in connection.execute(query).all()]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from erasing, and from making a backup, meanwhile.

        Raises:
            ErasureBusy: one erases already.
            BackupRunning: a backup is being made.
        """
        lock, unlock = func.pg_try_advisory_lock, func.pg_advisory_unlock
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            if not connection.execute(select(lock(ERASING_LOCK))).scalar_one():
                raise ErasureBusy("another erasure is going on; ask again when it is done")
            try:
                with without_backup(connection):
                    yield
            finally:
                connection.execute(select(unlock(ERASING_LOCK)))

    def settle(self, gone: Sequence[Remain], deed: Deed) -> Line:
        """Forget what is gone, and have the audit log say so, at once."""
        ids = [remain.generation for remain in gone]
        with self._engine.begin() as connection:
            connection.execute(delete(remains).where(remains.c.generation.in_(ids)))
            return append_line(connection, deed)


def count_points(connection: Connection, generation: UUID) -> int:
    """Count the pages that a generation has in the vector store, as the catalog knows it."""
    readable = pages.c.generation == generation, pages.c.image_sha256.is_not(None)
    return connection.execute(select(func.count()).where(*readable)).scalar_one()


def note_remain(connection: Connection, dead: Row[Any], *, n_points: int, n_blobs: int) -> None:
    """Note a generation that is being collected, from its row."""
    row = {
        "generation": dead.id,
        "collection": dead.collection,
        "document": dead.document,
        "sha256": dead.sha256,
        "n_points": n_points,
        "n_blobs": n_blobs,
    }
    connection.execute(upsert(remains).values(row).on_conflict_do_nothing())


def _remain(row: Row[Any]) -> Remain:
    return Remain(**row._asdict())
