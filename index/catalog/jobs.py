"""The life of the jobs that index documents.

The catalog is the truth: a job's row says what has to happen, the queue only wakes a worker.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    Uuid,
    any_,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from index.catalog.accounts import Account, Spent
from index.catalog.catalog import check_collection, lock_collection, raise_version
from index.catalog.copies import as_job, job_row
from index.catalog.entries import Failure, Job, JobState, Lease, Source
from index.catalog.leases import OPEN_STATES, got_on, holds, started
from index.catalog.schema import documents, generations, jobs
from index.catalog.spending import add_spent
from index.errors import IndexSwitched, JobNotOpen

_NEWEST_FIRST = (jobs.c.created_at.desc(), jobs.c.id.desc())


class JobLedger:
    """Reads and changes jobs; every verb is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def job(self, job: UUID) -> Job:
        """Return a job.

        Raises:
            JobNotFound: no job has that id.
        """
        with self._engine.connect() as connection:
            return job_row(connection, job)

    def jobs(
        self,
        collection: str,
        *,
        state: JobState | None = None,
        limit: int = 100,
        after: UUID | None = None,
    ) -> list[Job]:
        """Return up to `limit` jobs of a collection, the newest first, those behind `after`.

        Raises:
            CollectionNotFound: no collection has that name.
            JobNotFound: no job has the id `after`.
        """
        query = select(jobs).where(jobs.c.collection == collection)
        if state is not None:
            query = query.where(jobs.c.state == state)
        with self._engine.connect() as connection:
            check_collection(connection, collection)
            if after is not None:
                query = query.where(_is_behind(connection, after))
            rows = connection.execute(query.order_by(*_NEWEST_FIRST).limit(limit)).all()
        return [as_job(row) for row in rows]

    def look(self, wanted: Collection[UUID]) -> dict[UUID, Job]:
        """Return those of the jobs that are there, in one look."""
        query = select(jobs).where(jobs.c.id == any_(literal(list(wanted), ARRAY(Uuid))))
        with self._engine.connect() as connection:
            return {row.id: as_job(row) for row in connection.execute(query).all()}

    def open_jobs(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        query = select(jobs).where(jobs.c.state.in_(OPEN_STATES)).order_by(jobs.c.created_at)
        with self._engine.connect() as connection:
            return [as_job(row) for row in connection.execute(query).all()]

    def open_ids(self, *, is_read: bool) -> list[UUID]:
        """Return the ids of the jobs that have not ended, oldest first.

        Args:
            is_read: those whose pages are all kept, or those with pages to be read.
        """
        return [job.id for job in self.open_jobs() if job.is_read == is_read]

    def is_work_left(self) -> bool:
        """Tell whether a job has not ended and does not wait for something to pass."""
        wanted = jobs.c.state.in_(OPEN_STATES) & (jobs.c.stage != "waiting")
        with self._engine.connect() as connection:
            return connection.execute(select(jobs.c.id).where(wanted).limit(1)).first() is not None

    def source(self, job: Job) -> Source:
        """Return the bytes that a job is to index."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(generations).where(generations.c.id == job.generation)
            ).one()
        return Source(row.sha256, row.name, row.n_bytes)

    def start(self, job: UUID) -> Job:
        """Take a job over and mark it running; a job that has ended stays as it is.

        Raises:
            JobNotFound: no job has that id.
        """
        with self._engine.begin() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job, jobs.c.state.in_(OPEN_STATES))
                .values(started(jobs))
            )
            found = job_row(connection, job)
            if found.state == "running":
                connection.execute(
                    update(documents)
                    .where(documents.c.id == found.document, documents.c.state == "queued")
                    .values(state="processing")
                )
            return found

    def progress(self, job: Job, *, stage: str, pages_done: int, pages_total: int) -> bool:
        """Note how far a job is; False when it was cancelled or started by somebody else.

        Pages that are done start the count of attempts anew: what gets on may be interrupted often.
        """
        gets_on = (jobs.c.pages_done < pages_done) & (pages_done < pages_total)
        far = {"stage": stage, "pages_done": pages_done, "pages_total": pages_total}
        with self._engine.begin() as connection:
            return _change_held(connection, job.lease, **far, **got_on(jobs, when=gets_on))

    def gets_on(self, job: Job, *, stage: str) -> bool:
        """Note that something is done beside pages; False as for `progress`."""
        with self._engine.begin() as connection:
            return _change_held(connection, job.lease, stage=stage, **got_on(jobs))

    def note_read(self, job: Job) -> bool:
        """Note that all pages are kept, and only their rows are to be made; as `progress`."""
        with self._engine.begin() as connection:
            return _change_held(connection, job.lease, is_read=True)

    def publish(self, job: Job, *, n_pages: int, store: str) -> bool:
        """Make the job's generation the one that readers see, at once.

        Returns False, and changes nothing, when the job was cancelled, its document deleted, or
        somebody else started it.

        Raises:
            IndexSwitched: another store than `store`, which holds its points, answers by now.
        """
        with self._engine.begin() as connection:
            answering = lock_collection(connection, job.collection)
            if answering != store:
                raise IndexSwitched(f"{answering!r} answers by now, the points are in {store!r}")
            done = {"state": "done", "stage": "ready", "pages_done": n_pages}
            if not _change_held(connection, job.lease, **done, pages_total=n_pages):
                return False
            _retire_live(connection, job.document)
            _set_generation(connection, job.generation, "live")
            connection.execute(_make_live(connection, job, n_pages))
            _charge(connection, job.id, n_pages)
            raise_version(connection, job.collection)
            return True

    def fail(self, job: Job, failure: Failure) -> None:
        """End a job that cannot succeed; a document that was ready stays ready."""
        error = {"error_code": failure.code, "error_message": failure.message}
        self._end(job, holds(job.lease), {"state": "failed", **error})

    def cancel(self, job: Job) -> None:
        """End a job because somebody asked; a document that was ready stays ready.

        Raises:
            JobNotOpen: it has ended already.
        """
        is_open = jobs.c.id == job.id, jobs.c.state.in_(OPEN_STATES)
        ended = {"state": "cancelled", "error_code": None, "error_message": None}
        if not self._end(job, is_open, ended):
            raise JobNotOpen(f"job {job.id} has ended already: it is {self.job(job.id).state}")

    def _end(
        self, job: Job, which: tuple[ColumnElement[bool], ...], ended: dict[str, str | None]
    ) -> bool:
        """End an open job; its bytes are kept, so that it can be tried again."""
        with self._engine.begin() as connection:
            if not _change(connection, which, ended):
                return False
            _shelve(connection, job.generation)
            connection.execute(
                update(documents)
                .where(documents.c.id == job.document, documents.c.live_generation.is_(None))
                .values(ended)
            )
            return True


def generation_id(connection: Connection, document: UUID, sha256: str) -> UUID:
    """Return the id of a document's next generation; jobs outlive theirs, so none comes back."""
    ordinal = connection.execute(
        select(func.count()).where(jobs.c.document == document)
    ).scalar_one()
    return uuid5(document, f"{sha256}/{ordinal}")


def _is_behind(connection: Connection, job: UUID) -> ColumnElement[bool]:
    """Tell which jobs a list shows behind this one."""
    job_row(connection, job)
    created_at = select(jobs.c.created_at).where(jobs.c.id == job).scalar_subquery()
    return tuple_(jobs.c.created_at, jobs.c.id) < tuple_(created_at, literal(job))


def _shelve(connection: Connection, generation: UUID) -> None:
    """Let go of what was made of a generation, and keep its bytes under the id of the next."""
    ended = connection.execute(select(generations).where(generations.c.id == generation)).one()
    _set_generation(connection, generation, "dead")
    kept = ended._asdict() | {
        "id": generation_id(connection, ended.document, ended.sha256),
        "state": "shelved",
    }
    connection.execute(insert(generations).values(kept))


def _change_held(connection: Connection, lease: Lease, **values: object) -> bool:
    return _change(connection, holds(lease), values)


def _change(
    connection: Connection, which: tuple[ColumnElement[bool], ...], values: Mapping[str, object]
) -> bool:
    changed = connection.execute(update(jobs).where(*which).values(values).returning(jobs.c.id))
    return changed.one_or_none() is not None


def _charge(connection: Connection, job: UUID, n_pages: int) -> None:
    """Add the pages to what the one who asked for them used up today (UTC)."""
    paying = select(jobs.c.tenant, jobs.c.key, func.timezone("UTC", func.now()))
    tenant, key, now = connection.execute(paying.where(jobs.c.id == job)).one()
    add_spent(connection, Account(tenant, key), now.date(), Spent(pages=n_pages))


def _retire_live(connection: Connection, document: UUID) -> None:
    connection.execute(
        update(generations)
        .where(generations.c.document == document, generations.c.state == "live")
        .values(state="dead")
    )


def _set_generation(connection: Connection, generation: UUID, state: str) -> None:
    connection.execute(
        update(generations).where(generations.c.id == generation).values(state=state)
    )


def _make_live(connection: Connection, job: Job, n_pages: int) -> Any:  # noqa: ANN401  SQLAlchemy's update statement
    source = connection.execute(select(generations).where(generations.c.id == job.generation)).one()
    return (
        update(documents)
        .where(documents.c.id == job.document)
        .values(
            state="ready",
            live_generation=job.generation,
            n_pages=n_pages,
            sha256=source.sha256,
            name=source.name,
            n_bytes=source.n_bytes,
            error_code=None,
            error_message=None,
        )
    )
