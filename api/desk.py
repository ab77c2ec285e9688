"""What the command line needs, with the JSON of the REST API: here, or on a running server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from api.bodies import (
    answer_body,
    as_scope,
    collection_body,
    document_body,
    document_details,
    job_body,
    make_collection,
    reindex_body,
    search_body,
    upload_body,
)
from api.extraction import Extraction
from api.extraction_bodies import ExtractRequest, ExtractResponse, extracted_body
from api.ids import parse_id
from api.schemas import (
    AnswerRequest,
    AnswerResponse,
    CollectionBody,
    DocumentDetails,
    DocumentList,
    JobBody,
    NewCollection,
    NewReindex,
    ReindexBody,
    SearchRequest,
    SearchResponse,
    Upload,
)
from api.service import Service
from index.encoders.shelf import EncoderChoice
from retrieval.hits import ALL_ARMS, SearchQuery

READ_BYTES = 1 << 20


class Desk(Protocol):
    """The verbs of the command line."""

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""

    def work(self) -> None:
        """See to it that open jobs are worked on until none is left, where that is ours to do."""

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""

    def documents(self, collection: str, *, limit: int, cursor: str | None) -> DocumentList:
        """List documents."""

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""

    def reindexed(self, collection: str) -> ReindexBody:
        """Return how far that is."""

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""

    def ask(self, collection: str, request: AnswerRequest) -> AnswerResponse:
        """Answer a question."""

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""

    def close(self) -> None:
        """Let go of everything."""


class LocalDesk:
    """The service itself, in this process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._extraction = Extraction(service)

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""
        known = {c.name for c in self._service.catalog.collections()}
        if wanted.name in known and not wanted.is_particular:
            return collection_body(self._service, self._service.collection(wanted.name))
        return collection_body(self._service, make_collection(self._service, wanted))

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""
        return upload_body(*self._service.upload(collection, path.name, _chunks(path), metadata))

    def work(self) -> None:
        """Work until the queue is empty."""
        self._service.worker.run_until_empty()

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""
        return job_body(self._service.ledger.job(parse_id(job)))

    def documents(self, collection: str, *, limit: int, cursor: str | None) -> DocumentList:
        """List documents."""
        after = parse_id(cursor) if cursor else None
        found = self._service.catalog.documents(collection, limit=limit, after=after)
        following = str(found[-1].id) if len(found) == limit else None
        return DocumentList(documents=[document_body(d) for d in found], next=following)

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""
        found = self._service.catalog.document(collection, parse_id(document))
        return document_details(self._service, found)

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""
        self._service.delete_document(collection, parse_id(document))

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""
        encoder = wanted.encoder or self._service.settings.encoder
        chosen = EncoderChoice(encoder, wanted.rows, words=wanted.words)
        return reindex_body(self._service.rebuilds.begin(collection, chosen))

    def reindexed(self, collection: str) -> ReindexBody:
        """Return how far that is."""
        return reindex_body(self._service.rebuilds.show(collection))

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""
        return reindex_body(self._service.rebuilds.roll_back(collection))

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""
        self._service.rebuilds.forget(collection)

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""
        query = SearchQuery(
            request.query,
            limit=request.limit,
            scope=as_scope(request.filter),
            arms=ALL_ARMS if request.arms is None else frozenset(request.arms),
            exhaustive=request.exhaustive,
        )
        return search_body(self._service.search(collection, query))

    def ask(self, collection: str, request: AnswerRequest) -> AnswerResponse:
        """Answer a question."""
        query = SearchQuery(request.query, limit=request.limit, scope=as_scope(request.filter))
        return answer_body(collection, *self._service.ask(collection, query))

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""
        found = self._extraction.extract(
            collection, request.fields, request.scope(), request.instructions
        )
        return ExtractResponse(documents=[extracted_body(document) for document in found])

    def close(self) -> None:
        """Let go of everything."""
        self._service.close()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            yield chunk
