"""A running server, through the same verbs as the service in this process."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter

from answer.stop import Stop
from api.events import EVENT_STREAM, AnswerEvent, read_frames
from api.extraction_bodies import ExtractRequest, ExtractResponse
from api.page_words import PageWordsBody
from api.question_bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchRequest,
    SearchResponse,
)
from api.schemas import (
    Body,
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
from index.errors import CollectionNotFound, PagesightError, Unavailable

BodyType = TypeVar("BodyType", bound=Body)
COLLECTIONS = TypeAdapter(list[CollectionBody])
TIMEOUT = httpx.Timeout(10, read=300, write=300)


class RemoteError(PagesightError):
    """What the server said went wrong, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RemoteDesk:
    """A Pagesight server reached by URL."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def connect(cls, url: str) -> "RemoteDesk":
        """Talk to the server at `url`."""
        return cls(httpx.Client(base_url=url, timeout=TIMEOUT))

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""
        if not wanted.is_particular:
            try:
                return self._ask(CollectionBody, "GET", f"/v1/collections/{wanted.name}")
            except RemoteError as error:
                if error.code != CollectionNotFound.code:
                    raise
        return self._ask(CollectionBody, "POST", "/v1/collections", json=wanted.model_dump())

    def collections(self) -> list[CollectionBody]:
        """List the collections by name."""
        return COLLECTIONS.validate_json(self._send("GET", "/v1/collections").content)

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""
        with path.open("rb") as file:
            return self._ask(
                Upload,
                "POST",
                f"/v1/collections/{collection}/documents",
                files={"file": (path.name, file)},
                data={"metadata": json.dumps(metadata)},
            )

    def work(self) -> None:
        """Leave the work to the server."""

    def job(self, job: str) -> JobBody:
        """Return how far a job is."""
        return self._ask(JobBody, "GET", f"/v1/jobs/{job}")

    def documents(self, collection: str, *, limit: int, cursor: str | None) -> DocumentList:
        """List documents."""
        wanted = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        path = f"/v1/collections/{collection}/documents"
        return self._ask(DocumentList, "GET", path, params=wanted)

    def document(self, collection: str, document: str) -> DocumentDetails:
        """Return one document."""
        path = f"/v1/collections/{collection}/documents/{document}"
        return self._ask(DocumentDetails, "GET", path)

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""
        self._send("DELETE", f"/v1/collections/{collection}/documents/{document}")

    def page_words(self, collection: str, document: str, page: int) -> PageWordsBody:
        """Return the words of a page."""
        path = f"/v1/collections/{collection}/documents/{document}/pages/{page}/words"
        return self._ask(PageWordsBody, "GET", path)

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""
        path = f"/v1/collections/{collection}/reindex"
        return self._ask(ReindexBody, "POST", path, json=wanted.model_dump())

    def reindexed(self, collection: str) -> ReindexBody:
        """Return how far that is."""
        return self._ask(ReindexBody, "GET", f"/v1/collections/{collection}/reindex")

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""
        return self._ask(ReindexBody, "POST", f"/v1/collections/{collection}/reindex/rollback")

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""
        self._send("DELETE", f"/v1/collections/{collection}/reindex")

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""
        path = f"/v1/collections/{collection}/search"
        return self._ask(SearchResponse, "POST", path, json=request.model_dump())

    def ask(
        self,
        collection: str,
        request: AnswerRequest,
        *,
        stop: Stop | None = None,  # noqa: ARG002  the server ends what it makes
    ) -> AnswerResponse:
        """Answer a question."""
        path = f"/v1/collections/{collection}/answers"
        return self._ask(AnswerResponse, "POST", path, json=request.model_dump())

    def ask_stream(self, collection: str, request: AnswerRequest) -> Iterator[AnswerEvent]:
        """Answer a question, event by event: `pages`, `token`s, `citations`, `done`."""
        path = f"/v1/collections/{collection}/answers"
        body, accepted = request.model_dump(), {"Accept": EVENT_STREAM}
        try:
            with self._client.stream("POST", path, json=body, headers=accepted) as response:
                if response.is_error:
                    response.read()
                    raise _remote_error(response)
                yield from map(_told, read_frames(response.iter_lines()))
        except httpx.HTTPError as error:
            raise self._silence(error) from error

    def plan_answer(self, collection: str, request: AnswerRequest) -> AnswerPlan:
        """Return what an answer would be made from and cost."""
        path = f"/v1/collections/{collection}/answers"
        asked = {"dry_run": True}
        return self._ask(AnswerPlan, "POST", path, params=asked, json=request.model_dump())

    def page_image(
        self, collection: str, document: str, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, at most `width` pixels wide."""
        path = f"/v1/collections/{collection}/documents/{document}/pages/{page}/image"
        return self._send("GET", path, params={"width": width} if width else {}).content

    def heatmap_image(self, collection: str, document: str, page: int, query: str) -> bytes:
        """Return a page's picture as PNG, coloured where the question finds what it asks for."""
        path = f"/v1/collections/{collection}/documents/{document}/pages/{page}/heatmap"
        return self._send("GET", path, params={"query": query}).content

    def extract(self, collection: str, request: ExtractRequest) -> ExtractResponse:
        """Read fields from documents."""
        path = f"/v1/collections/{collection}/extract"
        asked = request.model_dump(by_alias=True)
        return self._ask(ExtractResponse, "POST", path, json=asked)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ask(self, body: type[BodyType], method: str, path: str, **request: Any) -> BodyType:  # noqa: ANN401  httpx's own options
        return body.model_validate_json(self._send(method, path, **request).content)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401  httpx's own options
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise self._silence(error) from error
        if response.is_error:
            raise _remote_error(response)
        return response

    def _silence(self, error: httpx.HTTPError) -> Unavailable:
        return Unavailable(f"{self._client.base_url} does not answer: {error}")


def _told(event: AnswerEvent) -> AnswerEvent:
    if isinstance(event.body, Problem):
        raise RemoteError(event.body.code, event.body.detail)
    return event


def _remote_error(response: httpx.Response) -> RemoteError:
    try:
        told = response.json()
        return RemoteError(told["code"], told["detail"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return RemoteError("http_error", f"HTTP {response.status_code} from {response.url}")
