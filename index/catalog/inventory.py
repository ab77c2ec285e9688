"""All that the catalog says is kept, read to be compared with what is there.

Everything here reads; what a statement returns was true at one moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Select,
    Table,
    Text,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from index.catalog.entries import Layer, layers_of, words_store
from index.catalog.leases import OPEN_STATES
from index.catalog.references import referenced
from index.catalog.schema import (
    collections,
    documents,
    fillings,
    generations,
    jobs,
    rebuilds,
    segments,
)
from index.manifest import IndexManifest

GenerationState = Literal["building", "live", "dead", "shelved"]
SOME = 500  # rows that are in memory at once
HEARTBEAT_S = 30  # a worker that was silent for longer is counted as dead


@dataclass(frozen=True, slots=True)
class KeptIndex:
    """An index of a collection: the one that answers, or the one beside it.

    Attributes:
        was_filled: whether it held all that is live once; else its store may not be made yet.
        was_rebuilt: whether pages may have been read for another index than this one.
    """

    collection: str
    store: str
    manifest: IndexManifest
    is_answering: bool
    was_filled: bool
    was_rebuilt: bool

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What each page is stored as."""
        return layers_of(self.store, self.manifest)


@dataclass(frozen=True, slots=True)
class KeptGeneration:
    """A generation, and how many pages its document says it has."""

    id: UUID
    collection: str
    document: UUID
    sha256: str
    state: GenerationState
    n_pages: int | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that the catalog says and that cannot both be."""

    collection: str
    document: UUID
    told: str


@dataclass(frozen=True, slots=True)
class LostWork:
    """A job or a rebuild that is open, and that nobody works on or will be woken for."""

    collection: str
    document: UUID | None
    told: str


class Inventory:
    """Reads what is kept, a few rows at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def indexes(self) -> list[KeptIndex]:
        """Return every index of every collection; those that are being dropped are none."""
        answering = select(collections.c.name.label("collection"), collections)
        beside = (
            select(rebuilds).where(rebuilds.c.state != "ending").order_by(rebuilds.c.collection)
        )
        with self._engine.connect() as connection:
            found = [
                _index(row, is_answering=True, was_filled=True, was_rebuilt=row.n_stores > 1)
                for row in connection.execute(answering.order_by(collections.c.name))
            ]
            return found + [
                _index(row, is_answering=False, was_filled=row.state == "done", was_rebuilt=True)
                for row in connection.execute(beside)
            ]

    def stores(self) -> set[str]:
        """Return the vector store's names of every index, those that are being dropped, too."""
        tables = collections, rebuilds
        found = {row.store for one in tables for row in self._rows(select(one.c.store))}
        return found | {words_store(store) for store in found}

    def generations(self, collection: str) -> Iterator[KeptGeneration]:
        """Yield the generations of a collection in order of id."""
        query = (
            select(generations, documents.c.n_pages)
            .outerjoin(documents, documents.c.live_generation == generations.c.id)
            .where(generations.c.collection == collection)
            .order_by(generations.c.id)
            .limit(SOME)
        )
        after = UUID(int=0)
        while rows := self._rows(query.where(generations.c.id > after)):
            for row in rows:
                yield KeptGeneration(
                    row.id, row.collection, row.document, row.sha256, row.state, row.n_pages
                )
            after = rows[-1].id

    def state(self, generation: UUID) -> GenerationState | None:
        """Return the state of a generation, None when it is gone."""
        rows = self._rows(select(generations.c.state).where(generations.c.id == generation))
        return rows[0].state if rows else None

    def holding(self, wanted: Sequence[UUID]) -> set[UUID]:
        """Return those of some generations that may have points in a store."""
        query = select(generations.c.id).where(
            generations.c.id == func.any(literal(list(wanted), ARRAY(generations.c.id.type))),
            generations.c.state != "shelved",
        )
        return {row.id for row in self._rows(query)}

    def referenced(self, hashes: Sequence[str]) -> set[str]:
        """Return those of some blobs that anything refers to."""
        with self._engine.connect() as connection:
            return referenced(connection, hashes)

    def segments(self, generation: UUID) -> list[str]:
        """Return the blobs that have rows of a generation."""
        query = select(segments.c.sha256).where(segments.c.generation == generation)
        return [row.sha256 for row in self._rows(query.order_by(segments.c.store))]

    def noted(self, index: KeptIndex, generation: UUID) -> tuple[int, bool]:
        """Return how many pages of a generation an index got, and whether that is all."""
        if index.is_answering:
            return 0, True
        mine = fillings.c.store == index.store, fillings.c.generation == generation
        rows = self._rows(select(fillings.c.pages_done, fillings.c.is_complete).where(*mine))
        return (rows[0].pages_done, rows[0].is_complete) if rows else (0, False)

    def contradictions(self) -> list[Contradiction]:
        """Return what the catalog says of documents and generations that cannot be."""
        return [
            Contradiction(row.collection, row.document, told)
            for told, query in _CONTRADICTIONS.items()
            for row in self._rows(query)
        ]

    def lost_work(self, grace: timedelta) -> list[LostWork]:
        """Return open jobs and rebuilds without a place in the queue and without a live worker.

        Args:
            grace: how long one that was just begun, or is between two tries, is let alone.
        """
        found = []
        for kind, work in (("job", jobs), ("rebuild", rebuilds)):
            query = select(work).where(
                work.c.state.in_(OPEN_STATES),
                work.c.updated_at < func.now() - grace,
                ~_is_held(work),
            )
            found += [
                LostWork(row.collection, getattr(row, "document", None), f"{kind} {row.id}")
                for row in self._rows(query)
            ]
        return found

    def _rows(self, query: Any) -> Sequence[Row[Any]]:  # noqa: ANN401  SQLAlchemy's statements
        with self._engine.connect() as connection:
            return connection.execute(query).all()


def _index(row: Row[Any], *, is_answering: bool, was_filled: bool, was_rebuilt: bool) -> KeptIndex:
    manifest = IndexManifest.from_json(row.manifest)
    return KeptIndex(row.collection, row.store, manifest, is_answering, was_filled, was_rebuilt)


def _is_held(work: Table) -> ColumnElement[bool]:
    """Tell whether the queue has a job waiting, or in the hands of a worker that lives."""
    queued = table(
        "procrastinate_jobs", column("args"), column("status"), column("worker_id", work.c.id.type)
    )
    workers = table("procrastinate_workers", column("id"), column("last_heartbeat"))
    beats = workers.c.last_heartbeat > func.now() - timedelta(seconds=HEARTBEAT_S)
    return (
        exists()
        .select_from(queued.outerjoin(workers, workers.c.id == queued.c.worker_id))
        .where(
            queued.c.args.op("->>")("job") == cast(work.c.id, Text),
            or_(
                cast(queued.c.status, Text) == "todo",
                and_(cast(queued.c.status, Text) == "doing", beats),
            ),
        )
    )


def _documents(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(documents.c.collection, documents.c.id.label("document")).where(*conditions)


def _generations(state: GenerationState, *conditions: ColumnElement[bool]) -> Select[Any]:
    mine = generations.c.state == state, *conditions
    return select(generations.c.collection, generations.c.document).where(*mine)


_CONTRADICTIONS = {
    "it is ready and no generation of it is live": _documents(
        documents.c.state == "ready", documents.c.live_generation.is_(None)
    ),
    "readers are shown a generation of it that is not live": _documents(
        documents.c.live_generation.is_not(None),
        ~exists().where(
            generations.c.id == documents.c.live_generation,
            generations.c.document == documents.c.id,
            generations.c.state == "live",
        ),
    ),
    "it waits to be indexed and no job for it is open": _documents(
        documents.c.state.in_(("queued", "processing")),
        ~exists().where(jobs.c.document == documents.c.id, jobs.c.state.in_(OPEN_STATES)),
    ),
    "a generation is live that no document shows": _generations(
        "live", ~exists().where(documents.c.live_generation == generations.c.id)
    ),
    "a generation is being built and no job for it is open": _generations(
        "building",
        ~exists().where(jobs.c.generation == generations.c.id, jobs.c.state.in_(OPEN_STATES)),
    ),
}
