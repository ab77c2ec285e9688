"""What a desk can be asked without changing anything: all that tools need of one."""

from typing import Protocol

from answer.stop import Stop
from api.documents.page_bodies import PageWordsBody
from api.questions.bodies import AnswerRequest, AnswerResponse, SearchRequest, SearchResponse
from api.schemas import CollectionBody, DocumentList


class ReadingDesk(Protocol):
    """The verbs that read: of a whole desk, or of what a caller's key reaches of one."""

    def collections(self) -> list[CollectionBody]:
        """List the collections by name."""

    def documents(self, collection: str, *, limit: int, cursor: str | None) -> DocumentList:
        """List documents."""

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""

    def ask(
        self, collection: str, request: AnswerRequest, *, stop: Stop | None = None
    ) -> AnswerResponse:
        """Answer a question; `stop` ends it from another thread, where it is made here."""

    def page_image(
        self, collection: str, document: str, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, at most `width` pixels wide."""

    def page_words(self, collection: str, document: str, page: int) -> PageWordsBody:
        """Return the words of a page."""
