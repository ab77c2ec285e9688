"""How much of each generation a store got from the kept pages.

What is published goes into the store that answers. Another store is filled from the pages that are
kept; it may answer once every live generation is noted as complete in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.schema import fillings, generations, pages


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A live generation that a store does not hold completely, and its document's name."""

    generation: UUID
    name: str


class Fillings:
    """Notes how far stores are filled; noting twice equals noting once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pages_done(self, store: str, generation: UUID) -> int:
        """Count the readable pages of a generation that a store got, from the first on."""
        query = select(fillings.c.pages_done).where(*_of(store, generation))
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def note(
        self, store: str, generation: UUID, pages_done: int, *, is_complete: bool = False
    ) -> None:
        """Note how many readable pages of a generation a store holds, and whether that is all."""
        found = {"pages_done": pages_done, "is_complete": is_complete}
        statement = upsert(fillings).values(store=store, generation=generation, **found)
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["store", "generation"], set_=found)
            )

    def note_rows(self, generation: UUID, n_rows: Mapping[int, int]) -> None:
        """Note how many rows were made of pages, by their numbers."""
        found = [{"page": page, "n": n} for page, n in n_rows.items()]
        mine = pages.c.generation == generation, pages.c.number == bindparam("page")
        with self._engine.begin() as connection:
            connection.execute(update(pages).where(*mine).values(n_rows=bindparam("n")), found)

    def unfilled(self, collection: str, store: str) -> list[Unfilled]:
        """Return the live generations that a store does not hold completely, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(unfilled_query(collection, store)).all()
        return [Unfilled(row.id, row.name) for row in rows]

    def progress(self, collection: str, store: str) -> tuple[int, int]:
        """Return how many live, readable pages a store holds, and how many there are."""
        readable = _readable(collection).subquery()
        query = select(
            func.coalesce(func.sum(fillings.c.pages_done), 0),
            func.coalesce(func.sum(readable.c.n_pages), 0),
        ).select_from(readable.outerjoin(fillings, _filled(store, readable.c.id)))
        with self._engine.connect() as connection:
            done, total = connection.execute(query).one()
        return int(done), int(total)


def unfilled_query(collection: str, store: str) -> Select[Any]:
    """Select the live generations that a store does not hold completely."""
    return (
        select(generations.c.id, generations.c.name)
        .select_from(generations.outerjoin(fillings, _filled(store, generations.c.id)))
        .where(
            generations.c.collection == collection,
            generations.c.state == "live",
            fillings.c.is_complete.is_not(True),
        )
        .order_by(generations.c.created_at, generations.c.id)
    )


def note_all_filled(connection: Connection, collection: str, store: str) -> None:
    """Note that a store holds every live generation: it answered until now."""
    everything = _readable(collection)
    drop_notes(connection, store)
    for row in connection.execute(everything).all():
        values = {"generation": row.id, "pages_done": row.n_pages, "is_complete": True}
        connection.execute(upsert(fillings).values(store=store, **values))


def drop_notes(connection: Connection, store: str) -> None:
    """Forget what was noted of a store."""
    connection.execute(delete(fillings).where(fillings.c.store == store))


def _readable(collection: str) -> Select[Any]:
    """Select the live generations of a collection with how many of their pages could be read."""
    joined = generations.outerjoin(pages, pages.c.generation == generations.c.id)
    return (
        select(generations.c.id, func.count(pages.c.image_sha256).label("n_pages"))
        .select_from(joined)
        .where(generations.c.collection == collection, generations.c.state == "live")
        .group_by(generations.c.id)
    )


def _filled(store: str, generation: Any) -> Any:  # noqa: ANN401  SQLAlchemy's columns and conditions
    return and_(fillings.c.generation == generation, fillings.c.store == store)


def _of(store: str, generation: UUID) -> tuple[Any, Any]:
    return fillings.c.store == store, fillings.c.generation == generation
