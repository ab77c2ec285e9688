"""What nobody can see any more: dead generations, and the blobs only they held."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, delete, select, union

from index.catalog.schema import documents, generations, pages


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
        """Return the generations that no reader can reach."""
        query = select(generations).where(generations.c.state == "dead")
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [DeadGeneration(row.id, row.collection) for row in rows]

    def forget(self, generation: UUID) -> list[str]:
        """Drop a generation's rows; returns the hashes of blobs that nothing refers to now."""
        mine = union(
            select(pages.c.image_sha256).where(pages.c.generation == generation),
            select(pages.c.words_sha256).where(pages.c.generation == generation),
            select(generations.c.sha256).where(generations.c.id == generation),
        )
        with self._engine.begin() as connection:
            held = {sha for (sha,) in connection.execute(mine) if sha is not None}
            connection.execute(delete(generations).where(generations.c.id == generation))
            still = union(
                select(pages.c.image_sha256).where(pages.c.image_sha256.in_(held)),
                select(pages.c.words_sha256).where(pages.c.words_sha256.in_(held)),
                select(generations.c.sha256).where(generations.c.sha256.in_(held)),
                select(documents.c.sha256).where(documents.c.sha256.in_(held)),
            )
            return sorted(held - {sha for (sha,) in connection.execute(still)})
