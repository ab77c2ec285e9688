"""The index beside the one that answers: filled from the kept pages, then put in its place.

A collection has one such index at most. While a rebuild is open it is being filled; once the two
have changed places it is the one that answered before, kept for the way back. The way back is a
rebuild too: it first gets what arrived meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from index.catalog.backup_lock import check_may_remove
from index.catalog.catalog import lock_collection, raise_version
from index.catalog.copies import as_failure
from index.catalog.database import driver_connection
from index.catalog.entries import Failure, Rebuild
from index.catalog.fillings import drop_notes, note_all_filled, unfilled_query
from index.catalog.intake import NAMESPACE, Enqueue
from index.catalog.leases import OPEN_STATES, got_on, holds, lock_lease, started
from index.catalog.schema import collections, rebuilds
from index.catalog.segments import drop_segments
from index.errors import RebuildBusy, RebuildNotFound
from index.manifest import IndexManifest


class RebuildLedger:
    """Writes rebuilds; every verb is one transaction."""

    def __init__(self, engine: Engine, enqueue: Enqueue) -> None:
        self._engine = engine
        self._enqueue = enqueue

    def find(self, collection: str) -> Rebuild | None:
        """Return the index beside the one that answers, if there is one."""
        query = select(rebuilds).where(rebuilds.c.collection == collection)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return _rebuild(row) if row else None

    def open_ids(self) -> list[UUID]:
        """Return the rebuilds that have not ended."""
        query = select(rebuilds.c.id).where(rebuilds.c.state.in_(OPEN_STATES))
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def begin(self, collection: str, manifest: IndexManifest) -> Rebuild:
        """Begin to build another index beside the one that answers.

        Raises:
            CollectionNotFound: no collection has that name.
            RebuildBusy: there is one already.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            if connection.execute(_of(collection)).one_or_none() is not None:
                raise RebuildBusy(f"collection {collection!r} has an index beside it already")
            store = f"{collection}-{next_number(connection, collection)}"
            rebuild = uuid5(NAMESPACE, f"{store}/rebuild")
            connection.execute(
                insert(rebuilds).values(
                    collection=collection,
                    id=rebuild,
                    store=store,
                    manifest=manifest.to_json(),
                    state="queued",
                )
            )
            self._enqueue(driver_connection(connection), rebuild)
            return _rebuild(connection.execute(_of(collection)).one())

    def resume(self, rebuild: Rebuild, *, is_rollback: bool) -> Rebuild:
        """Open a rebuild again, to be filled with what it lacks and put in place.

        Raises:
            RebuildNotFound: it is gone meanwhile.
        """
        again = {"error_code": None, "error_message": None, **got_on(rebuilds), "attempts": 0}
        with self._engine.begin() as connection:
            lock_collection(connection, rebuild.collection)
            row = connection.execute(
                update(rebuilds)
                .where(rebuilds.c.id == rebuild.id, rebuilds.c.state == rebuild.state)
                .values(state="queued", is_rollback=is_rollback, **again)
                .returning(rebuilds)
            ).one_or_none()
            if row is None:
                raise RebuildNotFound(f"the rebuild of {rebuild.collection!r} changed; look again")
            self._enqueue(driver_connection(connection), rebuild.id)
            return _rebuild(row)

    def start(self, rebuild: UUID) -> Rebuild | None:
        """Take a rebuild over and mark it running; None when it has ended."""
        with self._engine.begin() as connection:
            found = connection.execute(
                update(rebuilds)
                .where(rebuilds.c.id == rebuild, rebuilds.c.state.in_(OPEN_STATES))
                .values(started(rebuilds))
                .returning(rebuilds)
            ).one_or_none()
        return _rebuild(found) if found else None

    def is_held(self, rebuild: Rebuild) -> bool:
        """Tell whether a rebuild has neither ended nor been started by somebody else."""
        query = select(rebuilds.c.id).where(*holds(rebuild.lease))
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none() is not None

    def gets_on(self, rebuild: Rebuild) -> bool:
        """Start the count of attempts anew, for pages are done; False when it is not held."""
        with self._engine.begin() as connection:
            return _change_held(connection, rebuild, got_on(rebuilds))

    def fail(self, rebuild: Rebuild, failure: Failure) -> None:
        """End a rebuild that cannot succeed; the index that answers is not touched."""
        error = {"error_code": failure.code, "error_message": failure.message}
        with self._engine.begin() as connection:
            _change_held(connection, rebuild, {"state": "failed", **error})

    @contextmanager
    def hold(self, rebuild: Rebuild) -> Iterator[bool]:
        """Keep a rebuild from being ended while its store is made; yields whether it is held."""
        with self._engine.begin() as connection:
            yield lock_lease(connection, rebuild.lease)

    def switch(self, rebuild: Rebuild) -> bool:
        """Let the index beside answer from now on, and keep the one that answered in its place.

        Returns False, and changes nothing, while it lacks a live generation or when the rebuild
        has ended. Nothing can be published meanwhile.
        """
        with self._engine.begin() as connection:
            answering = lock_collection(connection, rebuild.collection)
            lacking = unfilled_query(rebuild.collection, rebuild.store).limit(1)
            if connection.execute(lacking).first() is not None:
                return False
            if not _change_held(connection, rebuild, {"state": "done"}):
                return False
            _change_places(connection, rebuild)
            note_all_filled(connection, rebuild.collection, answering)
            drop_notes(connection, rebuild.store)
            raise_version(connection, rebuild.collection)
            return True

    def condemn(self, rebuild: Rebuild) -> None:
        """Take the index beside out of use, so that its store can be dropped.

        Raises:
            BackupRunning: a backup may read it.
        """
        with self._engine.begin() as connection:
            check_may_remove(connection)
            lock_collection(connection, rebuild.collection)
            connection.execute(
                update(rebuilds)
                .where(rebuilds.c.id == rebuild.id, rebuilds.c.store == rebuild.store)
                .values(state="ending")
            )

    def forget(self, rebuild: Rebuild) -> None:
        """Drop what is noted of a condemned index; twice equals once."""
        with self._engine.begin() as connection:
            drop_notes(connection, rebuild.store)
            drop_segments(connection, rebuild.store)
            connection.execute(
                delete(rebuilds).where(rebuilds.c.id == rebuild.id, rebuilds.c.state == "ending")
            )


def next_number(connection: Connection, collection: str) -> int:
    """Names are never used twice: rows that somebody remembers of a store stay true."""
    number = connection.execute(
        update(collections)
        .where(collections.c.name == collection)
        .values(n_stores=collections.c.n_stores + 1)
        .returning(collections.c.n_stores)
    ).scalar_one()
    return int(number)


def _change_places(connection: Connection, rebuild: Rebuild) -> None:
    of_collection = collections.c.name == rebuild.collection
    answered = connection.execute(select(collections).where(of_collection)).one()
    connection.execute(
        update(rebuilds)
        .where(rebuilds.c.id == rebuild.id)
        .values(store=answered.store, manifest=answered.manifest)
    )
    connection.execute(
        update(collections)
        .where(of_collection)
        .values(store=rebuild.store, manifest=rebuild.manifest.to_json())
    )


def _change_held(connection: Connection, rebuild: Rebuild, values: dict[str, Any]) -> bool:
    changed = connection.execute(
        update(rebuilds).where(*holds(rebuild.lease)).values(values).returning(rebuilds.c.id)
    )
    return changed.one_or_none() is not None


def _of(collection: str) -> Any:  # noqa: ANN401  SQLAlchemy's select statement
    return select(rebuilds).where(rebuilds.c.collection == collection)


def _rebuild(row: Row[Any]) -> Rebuild:
    return Rebuild(
        id=row.id,
        collection=row.collection,
        store=row.store,
        manifest=IndexManifest.from_json(row.manifest),
        state=row.state,
        is_rollback=row.is_rollback,
        attempts=row.attempts,
        failure=as_failure(row),
        fence=row.fence,
        waits=row.waits,
    )
