"""The service as far as the key of a caller reaches, for tools that read."""

from answer.stop import Stop
from api.callers.visiting import resolve
from api.desk import LocalDesk
from api.documents.page_bodies import PageWordsBody
from api.questions.bodies import AnswerRequest, AnswerResponse, SearchRequest, SearchResponse
from api.schemas import CollectionBody, DocumentList
from index.catalog.accounts import Scope


class VisitorDesk:
    """The desk of this process for one caller: every name is made a full one of what it may see.

    Args:
        desk: the caller's.
    """

    def __init__(self, desk: LocalDesk) -> None:
        self._desk = desk
        self._access = desk.access

    def collections(self) -> list[CollectionBody]:
        """List the caller's collections by name."""
        self._access.check("read")
        return self._desk.collections()

    def documents(self, collection: str, *, limit: int, cursor: str | None) -> DocumentList:
        """List documents."""
        return self._desk.documents(self._find(collection, "read"), limit=limit, cursor=cursor)

    def search(self, collection: str, request: SearchRequest) -> SearchResponse:
        """Find pages."""
        return self._desk.search(self._find(collection, "query"), request)

    def ask(
        self, collection: str, request: AnswerRequest, *, stop: Stop | None = None
    ) -> AnswerResponse:
        """Answer a question; `stop` ends it from another thread."""
        return self._desk.ask(self._find(collection, "query"), request, stop=stop)

    def page_image(
        self, collection: str, document: str, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, at most `width` pixels wide."""
        return self._desk.page_image(self._find(collection, "read"), document, page, width=width)

    def page_words(self, collection: str, document: str, page: int) -> PageWordsBody:
        """Return the words of a page."""
        return self._desk.page_words(self._find(collection, "read"), document, page)

    def _find(self, collection: str, scope: Scope) -> str:
        self._access.check(scope)
        return resolve(self._desk.service.catalog, self._access, collection, scope)
