"""What nobody can see any more: dead generations, and the blobs only they held.

Collecting and storing exclude each other through locks of the database, so that no process takes
away what another one is about to refer to.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, delete, func, select, union, update

from index.catalog.backup_lock import check_may_remove, may_remove
from index.catalog.schema import collections, documents, generations, jobs, pages

BLOBS_LOCK = 0x626C_6F62  # "blob": any number will do, as long as every process agrees


@dataclass(frozen=True, slots=True)
class DeadGeneration:
    """A generation whose points and blobs may go."""

    id: UUID
    collection: str


class Garbage:
    """Lists and forgets dead generations; collecting twice equals collecting once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def dead_generations(self) -> list[DeadGeneration]:
        """Return the generations that no reader can reach; none while a backup may read them."""
        query = select(generations).where(generations.c.state == "dead")
        with self._engine.connect() as connection:
            if not may_remove(connection):
                return []
            rows = connection.execute(query).all()
        return [DeadGeneration(row.id, row.collection) for row in rows]

    @contextmanager
    def hold(self, generation: UUID, *, state: str = "building") -> Iterator[bool]:
        """Keep a generation and all blobs from being collected while something is stored for it.

        Yields whether the generation is still in that state; else nothing may be stored for it.
        """
        found = select(generations.c.state).where(generations.c.id == generation)
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock_shared(BLOBS_LOCK)))
            present = connection.execute(found.with_for_update(read=True)).scalar_one_or_none()
            yield present == state

    def condemn(self, collection: str) -> None:
        """Take all of a collection out of every read at once, to be collected.

        Raises:
            BackupRunning: a backup reads it.
        """
        with self._engine.begin() as connection:
            check_may_remove(connection)
            for table in (documents, jobs):
                connection.execute(delete(table).where(table.c.collection == collection))
            connection.execute(
                update(generations)
                .where(generations.c.collection == collection)
                .values(state="dead")
            )
            connection.execute(
                update(collections)
                .where(collections.c.name == collection)
                .values(version=collections.c.version + 1)
            )

    def forget(self, generation: UUID, delete_blob: Callable[[str], object]) -> None:
        """Drop a dead generation's rows, and the blobs that nothing refers to then."""
        mine = union(
            select(pages.c.image_sha256).where(pages.c.generation == generation),
            select(pages.c.words_sha256).where(pages.c.generation == generation),
            select(generations.c.sha256).where(generations.c.id == generation),
        )
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(BLOBS_LOCK)))
            held = {sha for (sha,) in connection.execute(mine) if sha is not None}
            connection.execute(delete(generations).where(generations.c.id == generation))
            still = union(
                select(pages.c.image_sha256).where(pages.c.image_sha256.in_(held)),
                select(pages.c.words_sha256).where(pages.c.words_sha256.in_(held)),
                select(generations.c.sha256).where(generations.c.sha256.in_(held)),
                select(documents.c.sha256).where(documents.c.sha256.in_(held)),
            )
            for sha256 in sorted(held - {sha for (sha,) in connection.execute(still)}):
                delete_blob(sha256)
