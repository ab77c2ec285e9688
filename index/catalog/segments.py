"""Which blob has the rows of a generation in a store, where a worker has kept one.

A segment follows its rows: it goes with its generation or with the store, and an erasure, which
copies a store value for value, gives it to the copy.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Engine, Uuid, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.entries import words_store
from index.catalog.schema import generations, segments


class Segments:
    """Notes segments; every verb done twice equals it done once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, store: str, generation: UUID, sha256: str) -> None:
        """Note the segment of a generation in a store, in the place of another one."""
        found = {"sha256": sha256}
        statement = upsert(segments).values(store=store, generation=generation, **found)
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["store", "generation"], set_=found)
            )

    def forget(self, store: str, generation: UUID) -> None:
        """Forget the segment of a generation in a store: its rows are others now."""
        mine = segments.c.store == store, segments.c.generation == generation
        with self._engine.begin() as connection:
            connection.execute(delete(segments).where(*mine))

    def known(self, store: str, wanted: Sequence[UUID]) -> dict[UUID, str]:
        """Return the segments of those of some generations that have one in a store."""
        named = segments.c.generation == func.any(literal(list(wanted), ARRAY(Uuid)))
        query = select(segments).where(segments.c.store == store, named)
        with self._engine.connect() as connection:
            return {row.generation: row.sha256 for row in connection.execute(query)}


def move_segments(connection: Connection, store: str, copy: str) -> None:
    """Give the segments of live generations in an index to its copy, which has the same rows."""
    is_live = segments.c.generation.in_(
        select(generations.c.id).where(generations.c.state == "live")
    )
    for old, new in ((store, copy), (words_store(store), words_store(copy))):
        mine = update(segments).where(segments.c.store == old, is_live)
        connection.execute(mine.values(store=new))


def drop_segments(connection: Connection, store: str) -> None:
    """Forget the segments of an index that is gone."""
    gone = segments.c.store.in_([store, words_store(store)])
    connection.execute(delete(segments).where(gone))
