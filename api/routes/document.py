"""Documents: upload, list, show, change, replace, delete."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.bodies import upload_body
from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.ids import parse_id
from api.routes.shared import (
    AccessOf,
    CollectionName,
    Cursor,
    DeskOf,
    DocumentId,
    Limit,
    ServiceOf,
    failures,
    needs,
)
from api.schemas import DocumentDetails, DocumentList, DocumentPatch, Upload
from index.catalog.entries import DocumentState
from index.errors import (
    CollectionNotFound,
    Conflict,
    DocumentBusy,
    DocumentNotFound,
    EmptyDocument,
    InvalidRequest,
    ManifestMismatch,
    NotFound,
    QueueFull,
    StorageFull,
    TooLarge,
)

router = APIRouter(
    prefix="/collections/{collection}/documents", tags=["documents"], route_class=OnceRoute
)

READ_BYTES = 1 << 20
REFUSALS = (EmptyDocument, TooLarge, StorageFull, QueueFull)
HERE: dict[int | str, dict[str, Any]] = {
    200: {"model": Upload, "description": "the same bytes are here already; there is no job"}
}
NamePattern = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=300,
        pattern=r"^[^\x00]+$",
        description="only documents of this name; `*` stands for any run of characters",
        examples=["report*.pdf"],
    ),
]
Original = Annotated[UploadFile, File(description="a PDF, PNG, JPEG, WebP or TIFF")]


@router.post(
    "",
    status_code=202,
    dependencies=needs("ingest"),
    responses=HERE | failures(*REFUSALS, CollectionNotFound, ManifestMismatch, *REFUSED_KEYS),
)
def upload_document(
    collection: CollectionName,
    file: Original,
    service: ServiceOf,
    access: AccessOf,
    response: Response,
    _: Once,
    metadata: Annotated[str, Form(description="a JSON object of plain values")] = "{}",
) -> Upload:
    """Take a document in; 200 with the existing one when the same bytes are there already."""
    document, job = service.upload(
        collection, file.filename or "", _chunks(file), _metadata(metadata), access=access
    )
    response.status_code = 202 if job else 200
    return upload_body(document, job)


@router.get("", dependencies=needs("read"), responses=failures(CollectionNotFound, NotFound))
def list_documents(
    collection: CollectionName,
    desk: DeskOf,
    state: Annotated[DocumentState | None, Query(description="only documents in it")] = None,
    name: NamePattern = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DocumentList:
    """List the documents of a collection."""
    return desk.documents(collection, limit=limit, cursor=cursor, state=state, name=name)


@router.get(
    "/{document}",
    dependencies=needs("read"),
    responses=failures(CollectionNotFound, DocumentNotFound),
)
def show_document(
    collection: CollectionName, document: DocumentId, desk: DeskOf
) -> DocumentDetails:
    """Show a document, its state and the pages that could not be read."""
    return desk.document(collection, document)


@router.patch(
    "/{document}",
    dependencies=needs("ingest"),
    responses=failures(CollectionNotFound, DocumentNotFound),
)
def change_document(
    collection: CollectionName, document: DocumentId, body: DocumentPatch, desk: DeskOf
) -> DocumentDetails:
    """Give a document another name, other metadata, or both.

    Lists, hits and filters know them at once. Metadata takes the place of all that was there.
    Searches go on finding the document by the words of its former name until it is indexed again.
    """
    return desk.change_document(collection, document, body)


@router.put(
    "/{document}",
    status_code=202,
    dependencies=needs("ingest"),
    responses=HERE | failures(*REFUSALS, DocumentNotFound, Conflict, DocumentBusy, *REFUSED_KEYS),
)
def replace_document(
    collection: CollectionName,
    document: DocumentId,
    file: Original,
    service: ServiceOf,
    access: AccessOf,
    response: Response,
    _: Once,
) -> Upload:
    """Replace a document's bytes; searches see the old pages until all the new ones are ready."""
    found, job = service.replace(
        collection, parse_id(document), file.filename or "", _chunks(file), access=access
    )
    response.status_code = 202 if job else 200
    return upload_body(found, job)


@router.delete(
    "/{document}",
    status_code=204,
    dependencies=needs("delete"),
    responses=failures(CollectionNotFound, DocumentNotFound),
)
def delete_document(collection: CollectionName, document: DocumentId, desk: DeskOf) -> None:
    """Delete a document; no read sees it any more when this returns."""
    desk.delete_document(collection, document)


def _chunks(file: UploadFile) -> Iterator[bytes]:
    while chunk := file.file.read(READ_BYTES):
        yield chunk


def _metadata(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"metadata is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidRequest(f"metadata must be a JSON object, got {type(found).__name__}")
    return found
