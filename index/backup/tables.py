"""The catalog's tables as files: COPY in its text form, which every PostgreSQL reads.

Left out is what makes no sense elsewhere: what is dead, and how full the indexes are that do not
answer; and segments, which are rows a second time. A document that is still being indexed keeps its
pages; its rows are made again from them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import ColumnElement, Select, Table, false, func, select
from sqlalchemy.dialects import postgresql

from index.backup.description import CollectionDump, TableDump
from index.backup.layout import table_name
from index.backup.layout import write as write_file
from index.catalog.backup_lock import keep_for_backup
from index.catalog.schema import (
    collections,
    documents,
    fillings,
    generations,
    metadata,
    pages,
    rebuilds,
    receipts,
    segments,
)
from index.errors import BackupDamaged, DatabaseUnavailable

_NOT_DEAD = select(generations.c.id).where(generations.c.state != "dead")
_KEPT: dict[Table, ColumnElement[bool]] = {  # of the other tables, everything
    generations: generations.c.state != "dead",
    pages: pages.c.generation.in_(_NOT_DEAD),
    fillings: false(),
    segments: false(),
    rebuilds: rebuilds.c.state.in_(["queued", "running", "failed"]),
    receipts: receipts.c.status.is_not(None),  # nobody finishes a request that is being answered
}


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation that readers see, and the numbers of its pages that could be read."""

    id: UUID
    collection: str
    pages: tuple[int, ...]


class Snapshot:
    """The catalog as it is at one moment, while nothing that it refers to is removed."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def of(cls, conninfo: str) -> Iterator["Snapshot"]:
        """Look at a database at this moment.

        Raises:
            BackupRunning: another backup is being made.
            DatabaseUnavailable: it does not answer, or no longer.
        """
        with telling_lost_database(), psycopg.connect(conninfo, autocommit=True) as connection:
            keep_for_backup(connection)
            connection.execute("SET TIME ZONE 'UTC'")
            connection.execute("SET client_encoding TO 'UTF8'")
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with connection.transaction():
                yield cls(connection)

    @property
    def revision(self) -> str:
        """Revision of the schema."""
        return str(self._one("SELECT version_num FROM alembic_version"))

    @property
    def server(self) -> str:
        """Version of the database."""
        return str(self._one("SHOW server_version"))

    def write_table(self, table: Table, folder: Path) -> tuple[TableDump, str]:
        """Write a table's rows; returns what they are, and the file's sha256."""
        columns = tuple(column.name for column in table.columns)
        query = select(table).where(*_kept(table)).order_by(*table.primary_key.columns)
        copied = f"COPY ({_text(query)}) TO STDOUT"
        with self._connection.cursor() as cursor:
            with cursor.copy(copied.encode()) as rows:
                sha256 = write_file(folder, table_name(table.name), map(bytes, rows))
            return TableDump(name=table.name, columns=columns, n_rows=cursor.rowcount), sha256

    def count(self, table: Table) -> int:
        """Count the rows of a table."""
        return int(self._one(_text(select(func.count()).select_from(table))))

    def collections(self) -> list[CollectionDump]:
        """Return the collections by name, with what is searchable in them."""
        live = documents.c.live_generation.is_not(None)
        query = (
            select(
                collections.c.name,
                collections.c.store,
                collections.c.manifest,
                func.count(documents.c.id),
                func.coalesce(func.sum(documents.c.n_pages).filter(live), 0),
            )
            .select_from(collections.outerjoin(documents))
            .group_by(collections.c.name)
            .order_by(collections.c.name)
        )
        fields = ("name", "store", "manifest", "n_documents", "n_pages")
        return [
            CollectionDump.model_validate(dict(zip(fields, row, strict=True)))
            for row in self._rows(query)
        ]

    def generations(self) -> Iterator[LiveGeneration]:
        """Yield what readers see, with the pages that have points."""
        query = (
            select(generations.c.id, generations.c.collection, func.array_agg(pages.c.number))
            .select_from(generations.join(pages))
            .where(generations.c.state == "live", pages.c.image_sha256.is_not(None))
            .group_by(generations.c.id)
            .order_by(generations.c.collection, generations.c.id)
        )
        for generation, collection, numbers in self._rows(query):
            yield LiveGeneration(generation, collection, tuple(sorted(numbers)))

    def blobs(self) -> list[str]:
        """Return the hash of every blob that is referred to."""
        is_kept = pages.c.generation.in_(_NOT_DEAD)
        referred = (
            select(generations.c.sha256).where(generations.c.state != "dead"),
            select(documents.c.sha256),
            select(pages.c.image_sha256).where(is_kept),
            select(pages.c.words_sha256).where(is_kept),
        )
        found = {sha for query in referred for (sha,) in self._rows(query) if sha is not None}
        return sorted(found)

    def _rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(_text(query).encode()).fetchall()

    def _one(self, query: str) -> Any:  # noqa: ANN401  a value of SQL
        row = self._connection.execute(query.encode()).fetchone()
        return row[0] if row else None


@contextmanager
def telling_lost_database() -> Iterator[None]:
    """Turn a database that does not answer into the error that says so.

    Raises:
        DatabaseUnavailable: it does not.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"the database does not answer: {str(error).strip()}") from error


def tables() -> list[Table]:
    """Return the catalog's tables, those that others refer to first."""
    return list(metadata.sorted_tables)


def fill_table(connection: psycopg.Connection[Any], dump: TableDump, path: Path) -> None:
    """Fill an empty table from a file.

    Raises:
        BackupDamaged: its rows are not those of such a table.
    """
    name = sql.Identifier(dump.name)
    columns = sql.SQL(", ").join(map(sql.Identifier, dump.columns))
    try:
        with connection.cursor() as cursor:
            with (
                path.open("rb") as file,
                cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, columns)) as rows,
            ):
                while chunk := file.read(1 << 20):
                    rows.write(chunk)
            n_rows = cursor.rowcount
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise BackupDamaged(f"{path} does not fit the table {dump.name!r}: {error}") from error
    if n_rows != dump.n_rows:
        raise BackupDamaged(f"{path} has {n_rows} rows, {dump.n_rows} were written")
    _go_on_counting(connection, dump.name)


def _go_on_counting(connection: psycopg.Connection[Any], table: str) -> None:
    """Have a table's own numbers go on behind those that it was filled with."""
    counted = connection.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s AND is_identity = 'YES'",
        [table],
    ).fetchall()
    for (column,) in counted:
        behind = sql.SQL(
            "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
        )
        connection.execute(
            behind.format(table, column, sql.Identifier(column), sql.Identifier(table))
        )


def _kept(table: Table) -> list[ColumnElement[bool]]:
    return [_KEPT[table]] if table in _KEPT else []


def _text(query: Select[Any]) -> str:
    compiled = query.compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    return str(compiled)
