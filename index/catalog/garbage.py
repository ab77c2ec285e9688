"""What nobody can see any more: dead generations, and the blobs only they held.

Collecting and storing exclude each other through locks of the database, so that no process takes
away what another one is about to refer to.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, select, union, update

from index.catalog.backup_lock import check_may_remove, may_remove
from index.catalog.entries import Lease
from index.catalog.leases import lock_lease
from index.catalog.references import referenced
from index.catalog.remains import count_points, note_remain
from index.catalog.schema import collections, documents, generations, jobs, pages, segments
from index.catalog.silence import unhurried

BLOBS_LOCK = 0x626C_6F62  # "blob": any number will do, as long as every process agrees
SILENT_S = 30  # longest step of storing, one put into a store; who takes longer lost its hold


@dataclass(frozen=True, slots=True)
class DeadGeneration:
    """A generation whose points and blobs may go."""

    id: UUID
    collection: str


class Hold:
    """A generation that cannot be collected for now; false where nothing may be stored for it."""

    def __init__(self, connection: Connection, *, is_good: bool) -> None:
        self._connection = connection
        self._is_good = is_good

    def __bool__(self) -> bool:
        """Tell whether something may be stored for the generation."""
        return self._is_good

    def go_on(self) -> None:
        """Say that storing goes on.

        Raises:
            DatabaseUnavailable: the generation is not held any more.
        """
        self._connection.execute(select(1))


class Garbage:
    """Lists and forgets dead generations; collecting twice equals collecting once.

    Attributes:
        silent_s: who holds a generation and says nothing for so long loses it.
    """

    def __init__(self, engine: Engine, *, silent_s: int = SILENT_S) -> None:
        self._engine = engine
        self.silent_s = silent_s

    def dead_generations(self) -> list[DeadGeneration]:
        """Return the generations that no reader can reach; none while a backup may read them."""
        query = select(generations).where(generations.c.state == "dead")
        with self._engine.connect() as connection:
            if not may_remove(connection):
                return []
            rows = connection.execute(query).all()
        return [DeadGeneration(row.id, row.collection) for row in rows]

    @contextmanager
    def hold(
        self, generation: UUID, *, state: str = "building", lease: Lease | None = None
    ) -> Iterator[Hold]:
        """Keep a generation and all blobs from being collected while something is stored for it.

        Nobody starts the work that is leased meanwhile. Who holds says that storing goes on;
        somebody who was suspended meanwhile, and says nothing, loses it.

        Args:
            generation: what something is stored for.
            state: nothing may be stored for a generation in another one.
            lease: the start of work that stores it, if another start can take it over.
        """
        silent = func.set_config("idle_in_transaction_session_timeout", f"{self.silent_s}s", True)  # noqa: FBT003  an argument of SQL
        found = select(generations.c.state).where(generations.c.id == generation)
        with self._engine.begin() as connection:
            connection.execute(select(silent, func.pg_advisory_xact_lock_shared(BLOBS_LOCK)))
            is_held = lease is None or lock_lease(connection, lease)
            present = connection.execute(found.with_for_update(read=True)).scalar_one_or_none()
            yield Hold(connection, is_good=is_held and present == state)

    def condemn(self, collection: str) -> None:
        """Take all of a collection out of every read at once, to be collected.

        Raises:
            BackupRunning: a backup reads it.
        """
        with self._engine.begin() as connection, unhurried(connection):
            check_may_remove(connection)
            connection.execute(  # locks it: then jobs, generations, documents, as others do
                update(collections)
                .where(collections.c.name == collection)
                .values(version=collections.c.version + 1)
            )
            connection.execute(delete(jobs).where(jobs.c.collection == collection))
            connection.execute(
                update(generations)
                .where(generations.c.collection == collection)
                .values(state="dead")
            )
            connection.execute(delete(documents).where(documents.c.collection == collection))

    def forget(self, generation: UUID, delete_blob: Callable[[str], object]) -> None:
        """Drop a dead generation's rows, and the blobs that nothing refers to then."""
        mine = union(
            select(pages.c.image_sha256).where(pages.c.generation == generation),
            select(pages.c.words_sha256).where(pages.c.generation == generation),
            select(segments.c.sha256).where(segments.c.generation == generation),
            select(generations.c.sha256).where(generations.c.id == generation),
        )
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(BLOBS_LOCK)))
            held = {sha for (sha,) in connection.execute(mine) if sha is not None}
            n_points = count_points(connection, generation)
            dead = connection.execute(
                delete(generations).where(generations.c.id == generation).returning(generations)
            ).one_or_none()
            unheld = sorted(held - referenced(connection, held))
            if dead is not None:
                note_remain(connection, dead, n_points=n_points, n_blobs=len(unheld))
            for sha256 in unheld:
                delete_blob(sha256)

    def drop_unheld(self, hashes: Collection[str], delete_blob: Callable[[str], object]) -> int:
        """Remove those of some blobs that nothing refers to, and return how many that were.

        What is stored for a generation excludes this, and an upload that is about to refer to its
        bytes looks whether they are still there.

        Raises:
            BackupRunning: a backup may have read what referred to them.
        """
        with self._engine.begin() as connection:
            check_may_remove(connection)
            connection.execute(select(func.pg_advisory_xact_lock(BLOBS_LOCK)))
            unheld = sorted(set(hashes) - referenced(connection, hashes))
            for sha256 in unheld:
                delete_blob(sha256)
        return len(unheld)
