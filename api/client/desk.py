"""A running server, through the same verbs as the service in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from answer.stop import Stop
from api.checkup.bodies import CheckupEvent, CheckupRequest
from api.client.failures import RemoteError
from api.client.synchronous import PagesightClient
from api.documents.fetch_bodies import FromUrl
from api.documents.page_bodies import PageWordsBody
from api.erasure.bodies import ErasureBody, NewErasure
from api.events import AnswerEvent
from api.extraction.bodies import ExtractRequest, ExtractResponse
from api.jobs.bodies import JobList, PageStatusList
from api.questions.bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchRequest,
    SearchResponse,
)
from api.schemas import (
    CollectionBody,
    DocumentDetails,
    DocumentList,
    DocumentPatch,
    JobBody,
    NewCollection,
    NewReindex,
    ReindexBody,
    Upload,
)
from index.catalog.entries import DocumentState, JobState
from index.errors import CollectionNotFound


class RemoteDesk:
    """A Pagesight server reached by URL."""

    def __init__(self, client: PagesightClient) -> None:
        self._client = client

    @classmethod
    def connect(cls, url: str, key: str | None = None) -> "RemoteDesk":
        """Talk to the server at `url`, with a key where it asks for one."""
        return cls(PagesightClient(url, key=key))

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""
        if not wanted.is_particular:
            try:
                return self._client.collection(wanted.name)
            except RemoteError as error:
                if error.code != CollectionNotFound.code:
                    raise
        return self._client.create_collection(wanted)

    def collections(self) -> list[CollectionBody]:
        """List the collections by name."""
        return self._client.collections()

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""
        return self._client.upload(collection, path, metadata=metadata)

    def fetch(self, collection: str, wanted: FromUrl) -> Upload:
        """Have the server fetch a file."""
        return self._client.fetch_document(collection, wanted)

    def work(self) -> None:
        """Leave the work to the server."""

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""
        return self._client.job(job)

    def jobs(
        self, collection: str, *, state: JobState | None, limit: int, cursor: str | None
    ) -> JobList:
        """List jobs, the newest first."""
        return self._client.jobs(collection, state=state, limit=limit, cursor=cursor)

    def job_pages(self, job: str) -> PageStatusList:
        """Return what became of each page so far."""
        return self._client.job_pages(job)

    def cancel_job(self, job: str) -> JobBody:
        """End a job before it is done."""
        return self._client.cancel_job(job)

    def retry_job(self, job: str) -> JobBody:
        """Begin anew what failed or was cancelled; returns the new job."""
        return self._client.retry_job(job)

    def documents(
        self,
        collection: str,
        *,
        limit: int,
        cursor: str | None,
        state: DocumentState | None = None,
        name: str | None = None,
    ) -> DocumentList:
        """List documents, those in a state, those whose name matches (`*` stands for anything)."""
        return self._client.documents(
            collection, limit=limit, cursor=cursor, state=state, name=name
        )

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""
        return self._client.document(collection, document)

    def change_document(
        self, collection: str, document: str, changes: DocumentPatch
    ) -> DocumentDetails:
        """Give a document another name or other metadata."""
        return self._client.change_document(
            collection, document, name=changes.name, metadata=changes.metadata
        )

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""
        self._client.delete_document(collection, document)

    def page_words(self, collection: str, document: str, page: int) -> PageWordsBody:
        """Return the words of a page."""
        return self._client.page_words(collection, document, page)

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""
        return self._client.begin_reindex(collection, wanted)

    def reindexed(self, collection: str) -> ReindexBody:
        """Return how far that is."""
        return self._client.reindexed(collection)

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""
        return self._client.roll_back(collection)

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""
        self._client.forget_reindex(collection)

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""
        return self._client.search(collection, request)

    def ask(
        self,
        collection: str,
        request: AnswerRequest,
        *,
        stop: Stop | None = None,  # noqa: ARG002  the server ends what it makes
    ) -> AnswerResponse:
        """Answer a question."""
        return self._client.ask(collection, request)

    def ask_stream(self, collection: str, request: AnswerRequest) -> Iterator[AnswerEvent]:
        """Answer a question, event by event: `pages`, `token`s, `citations`, `done`."""
        return self._client.ask_stream(collection, request)

    def plan_answer(self, collection: str, request: AnswerRequest) -> AnswerPlan:
        """Return what an answer would be made from and cost."""
        return self._client.plan_answer(collection, request)

    def page_image(
        self, collection: str, document: str, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, at most `width` pixels wide."""
        return self._client.page_image(collection, document, page, width=width)

    def heatmap_image(self, collection: str, document: str, page: int, query: str) -> bytes:
        """Return a page's picture as PNG, coloured where the question finds what it asks for."""
        return self._client.heatmap_image(collection, document, page, query)

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""
        return self._client.extract(collection, request)

    def erase(self, wanted: NewErasure) -> ErasureBody:
        """Have what was deleted be gone from every file, and return the receipt."""
        return self._client.erase_deleted(wanted)

    def check_up(self, request: CheckupRequest) -> Iterator[CheckupEvent]:
        """Compare all that is kept, event by event: `checked`, `finding`s, `done`."""
        return self._client.check_up(request)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()
