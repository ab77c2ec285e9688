"""From rows of the catalog's tables to the frozen entries that it hands out."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from index.catalog.entries import Document, Failure, Job, StoredPage
from index.catalog.schema import documents, jobs
from index.errors import DocumentNotFound, JobNotFound


def document_row(connection: Connection, collection: str, document: UUID) -> Document:
    """Return a document inside a transaction.

    Raises:
        DocumentNotFound: the collection has no such document.
    """
    row = connection.execute(
        select(documents).where(documents.c.id == document, documents.c.collection == collection)
    ).one_or_none()
    if row is None:
        raise no_document(collection, document)
    return as_document(row)


def as_document(row: Row[Any]) -> Document:
    """Copy a row of `documents`."""
    return Document(
        id=row.id,
        collection=row.collection,
        name=row.name,
        sha256=row.sha256,
        n_bytes=row.n_bytes,
        n_pages=row.n_pages,
        state=row.state,
        failure=as_failure(row),
        metadata=row.metadata,
        generation=row.live_generation,
        created_at=row.created_at,
    )


def as_failure(row: Row[Any]) -> Failure | None:
    """Copy the error columns of a row, if they are set."""
    return Failure(row.error_code, row.error_message) if row.error_code else None


def as_page(row: Row[Any]) -> StoredPage:
    """Copy a row of `pages`."""
    plain = {k: v for k, v in row._mapping.items() if k in StoredPage.__slots__}  # noqa: SLF001  SQLAlchemy's documented accessor
    plain["flags"] = tuple(row.flags)
    return StoredPage(**plain, failure=as_failure(row))


def page_values(generation: UUID, page: StoredPage) -> dict[str, Any]:
    """Turn a page into a row of `pages`."""
    failure = page.failure
    return {
        **{n: getattr(page, n) for n in StoredPage.__slots__ if n not in ("failure", "flags")},
        "flags": list(page.flags),
        "generation": generation,
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
    }


def job_row(connection: Connection, job: UUID) -> Job:
    """Return a job inside a transaction.

    Raises:
        JobNotFound: no job has that id.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job)).one_or_none()
    if row is None:
        raise JobNotFound(f"no job {job}")
    return as_job(row)


def as_job(row: Row[Any]) -> Job:
    """Copy a row of `jobs`."""
    return Job(
        id=row.id,
        collection=row.collection,
        document=row.document,
        generation=row.generation,
        state=row.state,
        stage=row.stage,
        pages_done=row.pages_done,
        pages_total=row.pages_total,
        attempts=row.attempts,
        failure=as_failure(row),
        fence=row.fence,
        waits=row.waits,
        is_read=row.is_read,
    )


def no_document(collection: str, document: UUID) -> DocumentNotFound:
    """Say that a collection has no such document."""
    return DocumentNotFound(f"no document {document} in collection {collection!r}")
