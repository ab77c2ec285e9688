"""The routes of collections, documents, pages, jobs and reindexing, each described once.

A function's parameters are called as in the route; the clients have a method for each function.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import TypeAdapter

from api.client.call import (
    Call,
    Source,
    Stream,
    as_it_is,
    content,
    content_of,
    given,
    nothing,
    path,
    reads,
    sent_file,
)
from api.client.failures import failure_in_stream
from api.client.frames import Frame
from api.client.job_bodies import JobEvent
from api.documents.fetch_bodies import FromUrl
from api.documents.page_bodies import PageWordsBody
from api.events import EVENT_STREAM
from api.jobs.bodies import JobList, PageStatus, PageStatusList
from api.questions.bodies import HeatmapBody
from api.schemas import (
    ChangedCollection,
    CollectionBody,
    DocumentDetails,
    DocumentList,
    JobBody,
    NewCollection,
    NewReindex,
    Problem,
    ReindexBody,
    Upload,
)

DocumentState = Literal["queued", "processing", "ready", "failed", "cancelled"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Metadata = Mapping[str, Any]
_COLLECTIONS = TypeAdapter(list[CollectionBody])


def create_collection(request: NewCollection | str) -> Call[CollectionBody]:
    """Make a collection, or return the one that is there with the same settings."""
    wanted = NewCollection(name=request) if isinstance(request, str) else request
    return Call(
        "POST",
        path("collections"),
        reads(CollectionBody),
        content=content(wanted),
        makes=True,
    )


def collections() -> Call[list[CollectionBody]]:
    """List the collections by name."""
    return Call("GET", path("collections"), _COLLECTIONS.validate_json)


def collection(collection: str) -> Call[CollectionBody]:
    """Show a collection and what it was built with."""
    return Call("GET", path("collections", collection), reads(CollectionBody))


def change_collection(collection: str, request: ChangedCollection) -> Call[CollectionBody]:
    """Let every key read and ask a collection, or no longer."""
    return Call(
        "PATCH",
        path("collections", collection),
        reads(CollectionBody),
        content=content(request),
    )


def delete_collection(collection: str) -> Call[None]:
    """Delete a collection and everything in it."""
    return Call("DELETE", path("collections", collection), nothing)


def upload(
    collection: str, file: Source, *, name: str | None = None, metadata: Metadata | None = None
) -> Call[Upload]:
    """Hand a document in: a path, bytes, or something open that can be read.

    It is called as its path says, unless it is given a name.
    """
    return Call(
        "POST",
        path("collections", collection, "documents"),
        reads(Upload),
        file=sent_file(file, name),
        form={"metadata": json.dumps(dict(metadata or {}))},
        makes=True,
    )


def documents(
    collection: str,
    *,
    state: DocumentState | None = None,
    name: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Call[DocumentList]:
    """List documents, page by page."""
    return Call(
        "GET",
        path("collections", collection, "documents"),
        reads(DocumentList),
        params=given(state=state, name=name, limit=limit, cursor=cursor),
    )


def document(collection: str, document: str) -> Call[DocumentDetails]:
    """Show a document, its state and the pages that could not be read."""
    return Call("GET", _document(collection, document), reads(DocumentDetails))


def replace_document(
    collection: str, document: str, file: Source, *, name: str | None = None
) -> Call[Upload]:
    """Replace a document's bytes; searches see the old pages until the new ones are ready."""
    return Call(
        "PUT",
        _document(collection, document),
        reads(Upload),
        file=sent_file(file, name),
        makes=True,
    )


def fetch_document(collection: str, request: FromUrl) -> Call[Upload]:
    """Have the server fetch a document by URL."""
    return Call(
        "POST",
        path("collections", collection, "documents", "from-url"),
        reads(Upload),
        content=content(request),
        makes=True,
    )


def change_document(
    collection: str, document: str, *, name: str | None = None, metadata: Metadata | None = None
) -> Call[DocumentDetails]:
    """Change a document's name or metadata, whichever is given."""
    return Call(
        "PATCH",
        _document(collection, document),
        reads(DocumentDetails),
        content=content_of(name=name, metadata=None if metadata is None else dict(metadata)),
    )


def delete_document(collection: str, document: str) -> Call[None]:
    """Delete a document; no read sees it any more when this returns."""
    return Call("DELETE", _document(collection, document), nothing)


def page_image(
    collection: str, document: str, page: int, *, width: int | None = None
) -> Call[bytes]:
    """Return a page's picture as JPEG, at most `width` pixels wide."""
    address = _page(collection, document, page, "image")
    return Call("GET", address, as_it_is, params=given(width=width))


def page_words(collection: str, document: str, page: int) -> Call[PageWordsBody]:
    """Return a page's words in reading order, each with its box."""
    return Call("GET", _page(collection, document, page, "words"), reads(PageWordsBody))


def heatmap_image(
    collection: str, document: str, page: int, query: str, *, token: int | None = None
) -> Call[bytes]:
    """Return a page's picture as PNG, coloured where the question finds what it asks for."""
    address = _page(collection, document, page, "heatmap")
    return Call("GET", address, as_it_is, params=given(query=query, token=token))


def heatmap(
    collection: str, document: str, page: int, query: str, *, token: int | None = None
) -> Call[HeatmapBody]:
    """Return the heat of each row of a page, and the question's tokens to look at alone."""
    address = _page(collection, document, page, "heatmap.json")
    return Call("GET", address, reads(HeatmapBody), params=given(query=query, token=token))


def jobs(
    collection: str,
    *,
    state: JobState | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Call[JobList]:
    """List the jobs of a collection, page by page."""
    return Call(
        "GET",
        path("collections", collection, "jobs"),
        reads(JobList),
        params=given(state=state, limit=limit, cursor=cursor),
    )


def job(job: str) -> Call[JobBody]:
    """Show how far a job is."""
    return Call("GET", path("jobs", job), reads(JobBody))


def job_pages(job: str) -> Call[PageStatusList]:
    """Show the pages that a job is done with."""
    return Call("GET", path("jobs", job, "pages"), reads(PageStatusList))


def cancel_job(job: str) -> Call[JobBody]:
    """Cancel a job that has not ended."""
    return Call("POST", path("jobs", job, "cancel"), reads(JobBody), makes=True)


def retry_job(job: str) -> Call[JobBody]:
    """Begin a new job in place of one that failed or was cancelled."""
    return Call("POST", path("jobs", job, "retry"), reads(JobBody), makes=True)


def job_events(job: str, *, after: str | None = None) -> Stream[JobEvent]:
    """Follow a job: `job` when it changed, `page` for each page, `done`.

    Args:
        job: its id.
        after: id of the last event that arrived, to go on from there.
    """
    going_on = {"Last-Event-ID": after} if after else {}
    headers = {"Accept": EVENT_STREAM, **going_on}
    return Stream("GET", path("jobs", job, "events"), _job_event, headers=headers)


def begin_reindex(collection: str, request: NewReindex) -> Call[ReindexBody]:
    """Build the index anew; searches get the old one until the new one is complete."""
    return Call(
        "POST",
        path("collections", collection, "reindex"),
        reads(ReindexBody),
        content=content(request),
        makes=True,
    )


def reindexed(collection: str) -> Call[ReindexBody]:
    """Show how far a reindex is, or which index is kept for the way back."""
    return Call("GET", path("collections", collection, "reindex"), reads(ReindexBody))


def roll_back(collection: str) -> Call[ReindexBody]:
    """Go back to the index that answered before, once it has what arrived since."""
    address = path("collections", collection, "reindex", "rollback")
    return Call("POST", address, reads(ReindexBody), makes=True)


def forget_reindex(collection: str) -> Call[None]:
    """Give up a reindex, or drop the index that answered before it."""
    return Call("DELETE", path("collections", collection, "reindex"), nothing)


def _document(collection: str, document: str) -> str:
    return path("collections", collection, "documents", document)


def _page(collection: str, document: str, page: int, what: str) -> str:
    return path("collections", collection, "documents", document, "pages", page, what)


def _job_event(frame: Frame) -> JobEvent | None:
    match frame.name:
        case "error":
            raise failure_in_stream(Problem.model_validate_json(frame.data))
        case "page":
            return JobEvent("page", PageStatus.model_validate_json(frame.data), frame.id)
        case "job" | "done" as name:
            return JobEvent(name, JobBody.model_validate_json(frame.data), frame.id)
        case _:
            return None
