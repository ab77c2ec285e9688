"""What the command line needs, with the JSON of the REST API: here, or on a running server."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any, Protocol

from answer.answers import Token
from answer.stop import Stop
from api.bodies import (
    answer_body,
    as_arms,
    as_scope,
    citations_body,
    collection_body,
    document_body,
    document_details,
    make_collection,
    reindex_body,
    search_body,
    upload_body,
)
from api.callers.access import Access
from api.callers.visiting import owned
from api.checkup.desk import CheckupDesk, LocalCheckups
from api.documents.fetch_bodies import FromUrl
from api.documents.fetching import Fetching
from api.documents.page_bodies import PageWordsBody
from api.documents.page_words import words_body
from api.erasure.desk import ErasingDesk, LocalErasing
from api.events import AnswerEvent, TokenBody
from api.extraction.bodies import ExtractRequest, ExtractResponse
from api.extraction.extracted import extracted_body, extraction_scope
from api.extraction.extraction import Extraction
from api.ids import parse_id
from api.jobs.desk import JobDesk
from api.plan_bodies import plan_body
from api.questions.bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchRequest,
    SearchResponse,
)
from api.reading_desk import ReadingDesk
from api.schemas import (
    CollectionBody,
    DocumentDetails,
    DocumentList,
    DocumentPatch,
    NewCollection,
    NewReindex,
    ReindexBody,
    Upload,
)
from api.service import Service
from api.shown import shown
from api.uploads import checked_metadata, spoken_name
from index.catalog.entries import DocumentState
from index.catalog.filters import DocumentFilter
from index.encoders.shelf import EncoderChoice
from ingest.fetching.fetcher import Fetcher
from retrieval.heatmap import draw_heat
from retrieval.hits import SearchQuery, SearchResult

READ_BYTES = 1 << 20


class Desk(JobDesk, ReadingDesk, ErasingDesk, CheckupDesk, Protocol):
    """The verbs of the command line."""

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""

    def fetch(self, collection: str, wanted: FromUrl) -> Upload:
        """Have a file fetched and handed in."""

    def work(self) -> None:
        """See to it that open jobs are worked on until none is left, where that is ours to do."""

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

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""

    def change_document(
        self, collection: str, document: str, changes: DocumentPatch
    ) -> DocumentDetails:
        """Give a document another name or other metadata."""

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

    def ask_stream(self, collection: str, request: AnswerRequest) -> Iterator[AnswerEvent]:
        """Answer a question, event by event: `pages`, `token`s, `citations`, `done`."""

    def plan_answer(self, collection: str, request: AnswerRequest) -> AnswerPlan:
        """Return what an answer would be made from and cost."""

    def heatmap_image(self, collection: str, document: str, page: int, query: str) -> bytes:
        """Return a page's picture as PNG, coloured where the question finds what it asks for."""

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""

    def close(self) -> None:
        """Let go of everything."""


class LocalDesk(LocalErasing, LocalCheckups):
    """The service itself, in this process."""

    def __init__(self, service: Service, fetcher: Fetcher | None = None) -> None:
        super().__init__(service)
        self._extraction = Extraction(service)
        self._fetching = Fetching(service, fetcher)

    def of(self, access: Access) -> "LocalDesk":
        """Return the desk for one who asks, and pays."""
        theirs = copy(self)
        theirs.access = access
        return theirs

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""
        known = {c.name for c in self.service.catalog.collections()}
        if wanted.name in known and not wanted.is_particular:
            return collection_body(self.service, self.service.collection(wanted.name))
        return collection_body(self.service, make_collection(self.service, wanted))

    def collections(self) -> list[CollectionBody]:
        """List the collections by name."""
        found = owned(self.service.catalog, self.access)
        return [collection_body(self.service, one, self.access) for one in found]

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""
        taken = self.service.upload(
            collection, path.name, _chunks(path), metadata, access=self.access
        )
        return upload_body(*taken)

    def fetch(self, collection: str, wanted: FromUrl) -> Upload:
        """Fetch a file and hand it in."""
        return self._fetching.upload(collection, wanted, access=self.access)

    def work(self) -> None:
        """Work until the queue is empty."""
        self.service.worker.run_until_empty()

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
        only = DocumentFilter(names=[name]) if name else None
        after = parse_id(cursor) if cursor else None
        found = self.service.catalog.documents(
            collection, only, state=state, limit=limit, after=after
        )
        following = str(found[-1].id) if len(found) == limit else None
        return DocumentList(documents=[document_body(d) for d in found], next=following)

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""
        found = self.service.catalog.document(collection, parse_id(document))
        return document_details(self.service, found)

    def change_document(
        self, collection: str, document: str, changes: DocumentPatch
    ) -> DocumentDetails:
        """Give a document another name or other metadata."""
        changed = self.service.amendments.amend(
            collection,
            parse_id(document),
            name=None if changes.name is None else spoken_name(changes.name),
            metadata=None if changes.metadata is None else checked_metadata(changes.metadata),
        )
        return document_details(self.service, changed)

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""
        self.service.delete_document(collection, parse_id(document))

    def page_words(self, collection: str, document: str, page: int) -> PageWordsBody:
        """Return the words of a page."""
        return words_body(self.service, collection, parse_id(document), page)

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""
        encoder = wanted.encoder or self.service.settings.encoder
        chosen = EncoderChoice(encoder, wanted.rows, words=wanted.words)
        return reindex_body(self.service.rebuilds.begin(collection, chosen))

    def reindexed(self, collection: str) -> ReindexBody:
        """Return how far that is."""
        return reindex_body(self.service.rebuilds.show(collection))

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""
        return reindex_body(self.service.rebuilds.roll_back(collection))

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""
        self.service.rebuilds.forget(collection)

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""
        query = SearchQuery(
            request.query,
            limit=request.limit,
            scope=as_scope(request.filter),
            arms=as_arms(request.arms),
            exhaustive=request.exhaustive,
            per_document=request.max_pages_per_document,
        )
        return search_body(self.service.search(collection, query))

    def ask(
        self, collection: str, request: AnswerRequest, *, stop: Stop | None = None
    ) -> AnswerResponse:
        """Answer a question; `stop` ends it from another thread."""
        answer, found = self.service.ask(collection, _query(request), stop, access=self.access)
        return answer_body(collection, answer, found)

    def plan_answer(self, collection: str, request: AnswerRequest) -> AnswerPlan:
        """Return what an answer would be made from and cost."""
        shown, found = self.service.answering.plan(collection, _query(request))
        client = self.service.answering.client
        return plan_body("" if client is None else client.model, shown, found)

    def ask_stream(
        self, collection: str, request: AnswerRequest, *, stop: Stop | None = None
    ) -> Iterator[AnswerEvent]:
        """Answer a question, event by event: `pages`, `token`s, `citations`, `done`."""
        told = self.service.answering.stream(collection, _query(request), stop, access=self.access)
        for item in told:
            if isinstance(item, SearchResult):
                yield AnswerEvent("pages", search_body(item))
            elif isinstance(item, Token):
                yield AnswerEvent("token", TokenBody(sentence=item.sentence, text=shown(item.text)))
            else:
                yield AnswerEvent("citations", citations_body(collection, item.answer))
                yield AnswerEvent("done", answer_body(collection, item.answer, item.found))

    def page_image(
        self, collection: str, document: str, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, at most `width` pixels wide."""
        return self.service.pages.picture(collection, parse_id(document), page, width=width)

    def heatmap_image(self, collection: str, document: str, page: int, query: str) -> bytes:
        """Return a page's picture as PNG, coloured where the question finds what it asks for."""
        found = self.service.heat_maps.of_page(collection, parse_id(document), page, query)
        return draw_heat(found.picture, found.heat, found.boxes)

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""
        found = self._extraction.extract(
            collection,
            request.fields,
            extraction_scope(request),
            request.instructions,
            access=self.access,
        )
        return ExtractResponse(documents=[extracted_body(document) for document in found])

    def close(self) -> None:
        """Let go of everything."""
        self.service.close()


def _query(request: AnswerRequest) -> SearchQuery:
    return SearchQuery(
        request.query,
        limit=request.limit,
        scope=as_scope(request.filter),
        arms=as_arms(request.arms),
        per_document=request.max_pages_per_document,
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            yield chunk
