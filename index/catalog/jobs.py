"""Accepting uploads, and the life of the jobs that index them.

The catalog is the truth: a job's row says what has to happen, the queue only wakes a worker. The
row, the document and the queue entry commit in one transaction, through the `enqueue` that the
ledger is given.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

import psycopg
from sqlalchemy import Connection, Engine, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.catalog import lock_collection, raise_version
from index.catalog.copies import as_document, as_job, document_row, job_row
from index.catalog.database import driver_connection
from index.catalog.entries import Document, Failure, Job, Source
from index.catalog.schema import documents, generations, jobs
from index.errors import Conflict, DocumentBusy, IndexSwitched

Enqueue = Callable[[psycopg.Connection[Any], UUID], None]
NAMESPACE = UUID("5a6e1f2c-7d0b-4c43-9f0e-70616765732e")
OPEN_STATES = ("queued", "running")


class JobLedger:
    """Writes documents, generations and jobs; every verb is one transaction."""

    def __init__(self, engine: Engine, enqueue: Enqueue) -> None:
        self._engine = engine
        self._enqueue = enqueue

    def accept(
        self, collection: str, source: Source, metadata: dict[str, Any]
    ) -> tuple[Document, Job | None]:
        """Take an upload in; the same bytes again give the document that is there and no job.

        A document that failed or was cancelled is tried again.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            known = _find_bytes(connection, collection, source.sha256)
            if known is not None and known.state not in ("failed", "cancelled"):
                return known, None
            document = known.id if known else _free_id(connection, collection, source.sha256)
            _put_document(connection, document, collection, source, metadata)
            job = self._new_job(connection, collection, document, source)
            return document_row(connection, collection, document), job

    def accept_replacement(
        self, collection: str, document: UUID, source: Source
    ) -> tuple[Document, Job | None]:
        """Take new bytes for a document; readers keep the old ones until the new are ready.

        Raises:
            DocumentNotFound: the collection has no such document.
            Conflict: another document already holds these bytes.
            DocumentBusy: the document is still being indexed.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            found = document_row(connection, collection, document)
            holder = _find_bytes(connection, collection, source.sha256)
            if holder is not None and holder.id != document:
                raise Conflict(f"document {holder.id} ({holder.name!r}) already holds these bytes")
            if holder is not None and found.state == "ready":
                return found, None
            if _open_job(connection, document) is not None:
                raise DocumentBusy(f"document {found.name!r} is still being indexed; try later")
            return found, self._new_job(connection, collection, document, source)

    def job(self, job: UUID) -> Job:
        """Return a job.

        Raises:
            JobNotFound: no job has that id.
        """
        with self._engine.connect() as connection:
            return job_row(connection, job)

    def open_jobs(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        query = select(jobs).where(jobs.c.state.in_(OPEN_STATES)).order_by(jobs.c.created_at)
        with self._engine.connect() as connection:
            return [as_job(row) for row in connection.execute(query).all()]

    def open_ids(self) -> list[UUID]:
        """Return the ids of the jobs that have not ended, oldest first."""
        return [job.id for job in self.open_jobs()]

    def source(self, job: Job) -> Source:
        """Return the bytes that a job is to index."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(generations).where(generations.c.id == job.generation)
            ).one()
        return Source(row.sha256, row.name, row.n_bytes)

    def start(self, job: UUID) -> Job:
        """Count an attempt and mark the job running; a job that has ended stays as it is.

        Raises:
            JobNotFound: no job has that id.
        """
        with self._engine.begin() as connection:
            _change_open_job(connection, job, state="running", attempts=jobs.c.attempts + 1)
            found = job_row(connection, job)
            if found.state == "running":
                connection.execute(
                    update(documents)
                    .where(documents.c.id == found.document, documents.c.state == "queued")
                    .values(state="processing")
                )
            return found

    def progress(self, job: UUID, *, stage: str, pages_done: int, pages_total: int) -> bool:
        """Note how far a job is; False when it has been cancelled meanwhile.

        Pages that are done start the count of attempts anew: what gets on may be interrupted often.
        """
        gets_on = (jobs.c.pages_done < pages_done) & (pages_done < pages_total)
        with self._engine.begin() as connection:
            return _change_open_job(
                connection,
                job,
                stage=stage,
                pages_done=pages_done,
                pages_total=pages_total,
                attempts=case((gets_on, 1), else_=jobs.c.attempts),
            )

    def publish(self, job: Job, *, n_pages: int, store: str) -> bool:
        """Make the job's generation the one that readers see, at once.

        Returns False, and changes nothing, when the job was cancelled or its document deleted.

        Raises:
            IndexSwitched: another store than `store`, which holds its points, answers by now.
        """
        with self._engine.begin() as connection:
            answering = lock_collection(connection, job.collection)
            if answering != store:
                raise IndexSwitched(f"{answering!r} answers by now, the points are in {store!r}")
            done = {"state": "done", "stage": "ready", "pages_done": n_pages}
            if not _change_open_job(connection, job.id, **done, pages_total=n_pages):
                return False
            _retire_live(connection, job.document)
            _set_generation(connection, job.generation, "live")
            connection.execute(_make_live(connection, job, n_pages))
            raise_version(connection, job.collection)
            return True

    def fail(self, job: Job, failure: Failure) -> None:
        """End a job that cannot succeed; a document that was ready stays ready."""
        error = {"error_code": failure.code, "error_message": failure.message}
        self._end(job, state="failed", error=error)

    def cancel(self, job: Job) -> None:
        """End a job because somebody asked."""
        self._end(job, state="cancelled", error={})

    def _end(self, job: Job, *, state: str, error: dict[str, str]) -> None:
        with self._engine.begin() as connection:
            if not _change_open_job(connection, job.id, state=state, **error):
                return
            _set_generation(connection, job.generation, "dead")
            connection.execute(
                update(documents)
                .where(documents.c.id == job.document, documents.c.live_generation.is_(None))
                .values(state=state, **error)
            )

    def _new_job(
        self, connection: Connection, collection: str, document: UUID, source: Source
    ) -> Job:
        ordinal = connection.execute(  # jobs outlive their generations: no id comes back
            select(func.count()).where(jobs.c.document == document)
        ).scalar_one()
        generation = uuid5(document, f"{source.sha256}/{ordinal}")
        job = uuid5(generation, "job")
        owner = {"collection": collection, "document": document}
        connection.execute(
            insert(generations).values(
                **owner,
                id=generation,
                sha256=source.sha256,
                name=source.name,
                n_bytes=source.n_bytes,
                state="building",
            )
        )
        connection.execute(
            insert(jobs).values(**owner, id=job, generation=generation, state="queued")
        )
        self._enqueue(driver_connection(connection), job)
        return job_row(connection, job)


def _find_bytes(connection: Connection, collection: str, sha256: str) -> Document | None:
    row = connection.execute(
        select(documents).where(documents.c.collection == collection, documents.c.sha256 == sha256)
    ).one_or_none()
    return as_document(row) if row else None


def _free_id(connection: Connection, collection: str, sha256: str) -> UUID:
    """An id from the content; salted when a document that was since replaced holds it."""
    salt = 0
    while True:
        candidate = uuid5(NAMESPACE, f"{collection}/{sha256}/{salt}")
        taken = select(documents.c.id).where(documents.c.id == candidate)
        if connection.execute(taken).one_or_none() is None:
            return candidate
        salt += 1


def _put_document(
    connection: Connection,
    document: UUID,
    collection: str,
    source: Source,
    metadata: dict[str, Any],
) -> None:
    values = {
        "name": source.name,
        "metadata": metadata,
        "state": "queued",
        "error_code": None,
        "error_message": None,
    }
    statement = upsert(documents).values(
        id=document,
        collection=collection,
        sha256=source.sha256,
        n_bytes=source.n_bytes,
        **values,
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _open_job(connection: Connection, document: UUID) -> Job | None:
    row = connection.execute(
        select(jobs).where(jobs.c.document == document, jobs.c.state.in_(OPEN_STATES))
    ).first()
    return as_job(row) if row else None


def _change_open_job(connection: Connection, job: UUID, **values: object) -> bool:
    changed = connection.execute(
        update(jobs)
        .where(jobs.c.id == job, jobs.c.state.in_(OPEN_STATES))
        .values(**values)
        .returning(jobs.c.id)
    )
    return changed.one_or_none() is not None


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
