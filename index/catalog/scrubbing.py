"""Making PostgreSQL forget: what a DELETE leaves in heaps, statistics and the write-ahead log.

A deleted row stays in its table's file until the table is written anew (VACUUM FULL), in the
planner's statistics until they are gathered anew, and in the write-ahead log until its segments
are removed. The embedded server is set up to remove segments, not to rename and reuse them
(`wal_recycle`), and to leave values out of its log. Of a server that a URL names, the tables are
ours and the write-ahead log, with its archives and replicas, is its owner's.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, not_, or_, select, text, update

from index.catalog.schema import documents, jobs, metadata, receipts
from index.catalog.silence import unhurried
from index.errors import DatabaseUnavailable

KEPT = {"audit", "keys", "questions", "remains", "spending"}  # they hold nothing of a document
QUEUE = ("procrastinate_jobs", "procrastinate_events")
WRITTEN_ANEW = (*sorted(metadata.tables.keys() - KEPT), *QUEUE)
SETTINGS = {"wal_recycle": "off", "log_error_verbosity": "terse"}
POLL_S = 0.1
WAIT_S = 60.0  # for transactions that may still see what was deleted
ERASED = "erased with the document"


class Scrubber:
    """Removes what deleted rows left in the database's files.

    Args:
        engine: the catalog's database.
        is_embedded: whether the server is ours alone, write-ahead log and all.
        sleep: waits.
    """

    def __init__(
        self, engine: Engine, *, is_embedded: bool, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._engine = engine
        self._is_embedded = is_embedded
        self._sleep = sleep

    def scrub(self, gone: Iterable[UUID]) -> None:
        """Forget all about documents that are gone, and write every table anew.

        Tables are locked one after the other, each while it is written; readers wait.

        Raises:
            DatabaseUnavailable: a transaction that began before is still open after a minute, or
                one holds a table for that long.
        """
        with self._engine.begin() as connection:
            _forget_receipts(connection, gone)
            _forget_messages(connection)
        by_itself = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with by_itself.connect() as connection, unhurried(connection):
            self._wait_for_others(connection)
            with _waiting_at_most(connection, WAIT_S):
                if self._is_embedded:
                    _write_system_tables(connection)
                for table in WRITTEN_ANEW:
                    connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
            if self._is_embedded:
                _remove_log(connection)

    def _wait_for_others(self, connection: Connection) -> None:
        """Wait until no transaction is left that may still see what was deleted."""
        now = connection.execute(text("SELECT pg_current_xact_id()::text")).scalar_one()
        for _ in range(round(WAIT_S / POLL_S)):
            if not connection.execute(text(OLDER), {"now": now}).scalar_one():
                return
            self._sleep(POLL_S)
        raise DatabaseUnavailable(
            "a transaction that began before the deletion is still open; erase again when it ended"
        )


OLDER = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND age(backend_xmin) > age(CAST(:now AS xid8)::xid)
"""


def set_up(engine: Engine) -> None:
    """Have a server of our own remove what it is done with, and leave values out of its log."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if all(_shown(connection, name) == value for name, value in SETTINGS.items()):
            return
        for name, value in SETTINGS.items():
            connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def _waiting_at_most(connection: Connection, seconds: float) -> Iterator[None]:
    """Give up a statement that waits longer for a lock."""
    connection.execute(text(f"SET lock_timeout = {round(seconds * 1000)}"))
    try:
        yield
    finally:
        connection.execute(text("RESET lock_timeout"))


def _shown(connection: Connection, name: str) -> str:
    return str(connection.execute(text(f"SHOW {name}")).scalar_one())


def _forget_receipts(connection: Connection, gone: Iterable[UUID]) -> None:
    """Drop what was answered about documents that are gone: it tells their names."""
    for document in gone:
        named = func.position(func.convert_to(str(document), "UTF8").op("IN")(receipts.c.body))
        connection.execute(delete(receipts).where(named > 0))


def _forget_messages(connection: Connection) -> None:
    """Blank why jobs of documents that are gone failed: it may quote them."""
    is_gone = not_(select(documents.c.id).where(documents.c.id == jobs.c.document).exists())
    is_told = or_(jobs.c.error_message.is_not(None), jobs.c.error_code.is_not(None))
    connection.execute(update(jobs).where(is_gone, is_told).values(error_message=ERASED))


def _write_system_tables(connection: Connection) -> None:
    """Drop the statistics of our tables, which hold frequent values, and write theirs anew."""
    named = ", ".join(f"'{table}'::regclass" for table in WRITTEN_ANEW)
    connection.execute(text(f"DELETE FROM pg_statistic WHERE starelid IN ({named})"))  # noqa: S608  our own names
    connection.execute(text("VACUUM FULL pg_catalog.pg_statistic"))


def _remove_log(connection: Connection) -> None:
    """Go on to segments of the write-ahead log that were never used, and remove all before.

    A segment that was made ready for reuse has old bytes, too: those are gone through first.
    """
    named = "SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"
    newest = connection.execute(text(named)).scalar_one()
    while True:
        connection.execute(text("SELECT pg_switch_wal()"))
        connection.execute(text("CHECKPOINT"))
        now = connection.execute(text("SELECT pg_walfile_name(pg_current_wal_lsn())")).scalar_one()
        if now > newest:
            break
    connection.execute(text("CHECKPOINT"))
