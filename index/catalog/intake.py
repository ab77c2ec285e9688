"""Taking work in: uploads, replacements and retries become jobs.

The job's row, the document and the queue entry commit in one transaction, through the `enqueue`
that the intake is given.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid5

import psycopg
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.accounts import NOBODY, Account
from index.catalog.catalog import lock_collection
from index.catalog.copies import as_document, as_job, document_row, job_row
from index.catalog.database import driver_connection
from index.catalog.entries import Document, Job, Source
from index.catalog.garbage import BLOBS_LOCK
from index.catalog.jobs import generation_id
from index.catalog.leases import OPEN_STATES
from index.catalog.schema import documents, generations, jobs
from index.errors import Conflict, DocumentBusy, JobNotRetryable

Enqueue = Callable[[psycopg.Connection[Any], UUID], None]
NAMESPACE = UUID("5a6e1f2c-7d0b-4c43-9f0e-70616765732e")


class Intake:
    """Writes new documents, generations and jobs; every verb is one transaction.

    Args:
        engine: the catalog's database.
        enqueue: puts a job into the queue, inside the transaction it is given.
    """

    def __init__(self, engine: Engine, enqueue: Enqueue) -> None:
        self._engine = engine
        self._enqueue = enqueue

    @contextmanager
    def referring(self) -> Iterator[None]:
        """Keep every blob from being collected for the moment in which rows come to refer to it."""
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock_shared(BLOBS_LOCK)))
            yield

    def accept(
        self,
        collection: str,
        source: Source,
        metadata: dict[str, Any],
        payer: Account = NOBODY,
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
            job = self._new_job(connection, (collection, document), source, payer)
            return document_row(connection, collection, document), job

    def accept_replacement(
        self, collection: str, document: UUID, source: Source, payer: Account = NOBODY
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
            return found, self._new_job(connection, (collection, document), source, payer)

    def retry(self, job: UUID, payer: Account = NOBODY) -> Job:
        """Begin anew what failed or was cancelled, with the bytes it had.

        Raises:
            JobNotFound: no job has that id.
            JobNotRetryable: it is neither failed nor cancelled, its document is gone, or a later
                job took its place.
        """
        with self._engine.begin() as connection:
            found = job_row(connection, job)
            lock_collection(connection, found.collection)
            _check_retryable(connection, job_row(connection, job))
            source = _shelved(connection, found.document)
            if source is None:
                raise JobNotRetryable(f"the bytes of job {job} were let go; upload them again")
            connection.execute(
                update(documents)
                .where(documents.c.id == found.document, documents.c.live_generation.is_(None))
                .values(state="queued", error_code=None, error_message=None)
            )
            return self._new_job(connection, (found.collection, found.document), source, payer)

    def _new_job(
        self, connection: Connection, owned: tuple[str, UUID], source: Source, payer: Account
    ) -> Job:
        collection, document = owned
        generation = generation_id(connection, document, source.sha256)
        job = uuid5(generation, "job")
        owner = {"collection": collection, "document": document}
        _let_go(connection, document, but=generation)
        connection.execute(
            upsert(generations)
            .values(
                **owner,
                id=generation,
                sha256=source.sha256,
                name=source.name,
                n_bytes=source.n_bytes,
                state="building",
            )
            .on_conflict_do_update(  # its bytes lay there for a retry
                index_elements=["id"], set_={"state": "building", "name": source.name}
            )
        )
        connection.execute(
            insert(jobs).values(
                **owner, **asdict(payer), id=job, generation=generation, state="queued"
            )
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


def _check_retryable(connection: Connection, job: Job) -> None:
    if job.state not in ("failed", "cancelled"):
        told = f"only failed and cancelled jobs can be tried again, job {job.id} is {job.state}"
        raise JobNotRetryable(told)
    mine = jobs.c.document == job.document
    last = connection.execute(
        select(jobs.c.id).where(mine).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(1)
    ).scalar_one()
    if last != job.id:
        raise JobNotRetryable(f"job {last} took the place of {job.id}; look at that one")


def _shelved(connection: Connection, document: UUID) -> Source | None:
    """The bytes that the last job of a document was to index, kept for a retry."""
    row = connection.execute(
        select(generations).where(
            generations.c.document == document, generations.c.state == "shelved"
        )
    ).one_or_none()
    return Source(row.sha256, row.name, row.n_bytes) if row else None


def _let_go(connection: Connection, document: UUID, *, but: UUID) -> None:
    """Condemn bytes that were kept for a retry which will not come."""
    connection.execute(
        update(generations)
        .where(
            generations.c.document == document,
            generations.c.state == "shelved",
            generations.c.id != but,
        )
        .values(state="dead")
    )
