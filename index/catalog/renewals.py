"""Fresh stores for what is live: a store is never rid of what was deleted from it, only left.

A renewal is an index beside the one that answers, as a rebuild is, in the state `copying`, which no
worker takes up. It gets the points of every live generation, value for value; then the two change
places, and the store that answered is dropped. Interrupted, it leaves the old one answering, and is
begun anew: what it holds may have been deleted meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid5

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from index.catalog.catalog import lock_collection, raise_version
from index.catalog.entries import Collection, Rebuild
from index.catalog.fillings import drop_notes, unfilled_query
from index.catalog.intake import NAMESPACE
from index.catalog.rebuilds import next_number
from index.catalog.schema import collections, rebuilds
from index.catalog.segments import move_segments
from index.errors import RebuildBusy

COPYING = "copying"


class Renewals:
    """Writes renewals; every verb is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, collection: Collection) -> Rebuild:
        """Begin a fresh store for a collection.

        Raises:
            CollectionNotFound: it is gone.
            RebuildBusy: another index is beside the one that answers.
        """
        name = collection.name
        beside = select(rebuilds.c.id).where(rebuilds.c.collection == name)
        with self._engine.begin() as connection:
            lock_collection(connection, name)
            if connection.execute(beside).one_or_none() is not None:
                raise RebuildBusy(f"collection {name!r} has an index beside it; try again")
            store = f"{name}-{next_number(connection, name)}"
            made = Rebuild(
                id=uuid5(NAMESPACE, f"{store}/renewal"),
                collection=name,
                store=store,
                manifest=collection.manifest,
                state="copying",
                is_rollback=False,
                attempts=0,
                failure=None,
            )
            row = {"id": made.id, "collection": name, "store": store, "state": COPYING}
            manifest = made.manifest.to_json()
            connection.execute(insert(rebuilds).values({**row, "manifest": manifest}))
        return made

    @contextmanager
    def hold(self, renewal: Rebuild) -> Iterator[None]:
        """Keep a renewal from being ended while its store is made.

        Raises:
            RebuildBusy: it has been ended.
        """
        mine = select(rebuilds.c.id).where(*_is_open(renewal)).with_for_update(read=True)
        with self._engine.begin() as connection:
            if connection.execute(mine).one_or_none() is None:
                raise _ended(renewal)
            yield

    def switch(self, renewal: Rebuild) -> Rebuild | None:
        """Let the fresh store answer; returns the one that did, to be dropped and forgotten.

        Returns None, and changes nothing, while it lacks a live generation.

        Raises:
            RebuildBusy: the renewal has been ended.
        """
        of_it = collections.c.name == renewal.collection
        with self._engine.begin() as connection:
            answered = lock_collection(connection, renewal.collection)
            lacking = unfilled_query(renewal.collection, renewal.store).limit(1)
            if connection.execute(lacking).first() is not None:
                return None
            _end(connection, renewal, answered)
            connection.execute(update(collections).where(of_it).values(store=renewal.store))
            drop_notes(connection, renewal.store)
            move_segments(connection, answered, renewal.store)
            raise_version(connection, renewal.collection)
        return replace(renewal, store=answered, state="ending")


def _end(connection: Connection, renewal: Rebuild, answered: str) -> None:
    ended = connection.execute(
        update(rebuilds)
        .where(*_is_open(renewal))
        .values(state="ending", store=answered)
        .returning(rebuilds.c.id)
    ).one_or_none()
    if ended is None:
        raise _ended(renewal)


def _is_open(renewal: Rebuild) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return rebuilds.c.id == renewal.id, rebuilds.c.state == COPYING


def _ended(renewal: Rebuild) -> RebuildBusy:
    return RebuildBusy(
        f"the index of {renewal.collection!r} was rebuilt or deleted meanwhile; erase again"
    )
