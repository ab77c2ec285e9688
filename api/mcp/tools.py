"""The tools that an agent reads documents with; none of them changes anything."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ImageContent, TextContent
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request

from answer.stop import Stop
from api.mcp.bodies import CollectionList, summary
from api.mcp.texts import answer_text, page_text, search_text
from api.questions.bodies import AnswerRequest, AnswerResponse, SearchRequest, SearchResponse
from api.reading_desk import ReadingDesk
from api.schemas import NAMED_PATTERN, DocumentList
from index.errors import InvalidRequest, PagesightError

ToolContext = Context[Any, Request]
DeskOf = Callable[[ToolContext], ReadingDesk]
Asked = Annotated[str, Field(min_length=1, max_length=2000, description="a question, in words")]
CollectionName = Annotated[str, Field(pattern=NAMED_PATTERN, description="name of the collection")]
DocumentId = Annotated[str, Field(description="id of the document, as a search tells it")]
PageNumber = Annotated[int, Field(ge=1, le=2**31 - 1, description="page number, from 1")]
Width = Annotated[int, Field(ge=16, le=4096, description="of the picture in pixels, at most")]
Cursor = Annotated[str | None, Field(description="`next` of the list before")]


class Tools:
    """The tools; each asks the desk that is the caller's.

    Args:
        desk_of: the desk for whoever makes a call.
    """

    def __init__(self, desk_of: DeskOf) -> None:
        self._desk_of = desk_of

    def search_pages(
        self,
        query: Asked,
        context: ToolContext,
        collection: CollectionName = "default",
        limit: Annotated[int, Field(ge=1, le=20, description="pages to find")] = 5,
    ) -> Annotated[CallToolResult, SearchResponse]:
        """Find the pages of a collection that match a question best, as text and as pictures.

        Each is told with its document's id and page number, for `get_page`, and with the text of
        the regions that made it match.
        """
        with _told():
            found = self._desk_of(context).search(
                collection, SearchRequest(query=query, limit=limit)
            )
        return _result(found, search_text(found))

    async def answer(
        self,
        question: Asked,
        context: ToolContext,
        collection: CollectionName = "default",
        limit: Annotated[int, Field(ge=1, le=20, description="pages to answer from")] = 5,
    ) -> Annotated[CallToolResult, AnswerResponse]:
        """Answer a question from a collection, with citations that are held against the pages.

        `refused` says that the documents do not hold an answer: say so, and make none up.
        `grounded` says that every sentence has a quote that stands on its page.
        """
        stop = Stop()

        def ask() -> AnswerResponse:
            request = AnswerRequest(query=question, limit=limit)
            return self._desk_of(context).ask(collection, request, stop=stop)

        with _told():
            try:
                found = await to_thread.run_sync(ask, abandon_on_cancel=True)
            finally:
                stop.set()  # a caller who has left waits for no model
        return _result(found, answer_text(found))

    def get_page(
        self,
        document: DocumentId,
        page: PageNumber,
        context: ToolContext,
        collection: CollectionName = "default",
        width: Width = 1000,
    ) -> list[ImageContent | TextContent]:
        """Look at a page: its picture, and its words as text.

        Tables, charts and handwriting are in the picture; the words may lack them.
        """
        with _told():
            desk = self._desk_of(context)
            picture = desk.page_image(collection, document, page, width=width)
            words = desk.page_words(collection, document, page)
        seen = base64.b64encode(picture).decode()
        return [
            ImageContent(type="image", data=seen, mime_type="image/jpeg"),
            TextContent(type="text", text=page_text(words, document, page)),
        ]

    def list_documents(
        self,
        context: ToolContext,
        collection: CollectionName = "default",
        cursor: Cursor = None,
        limit: Annotated[int, Field(ge=1, le=100, description="documents to list")] = 50,
    ) -> DocumentList:
        """List the documents of a collection: name, id, number of pages, state and metadata.

        Only what is `ready` can be found. Pass `next` as `cursor` for more, until it is null.
        """
        with _told():
            return self._desk_of(context).documents(collection, limit=limit, cursor=cursor)

    def list_collections(self, context: ToolContext) -> CollectionList:
        """List the collections of documents that can be searched."""
        with _told():
            found = self._desk_of(context).collections()
        return CollectionList(collections=[summary(one) for one in found])


@contextmanager
def _told() -> Iterator[None]:
    """Tell what fails on purpose by its code and sentence; a model can read them."""
    try:
        yield
    except PagesightError as error:
        raise ToolError(f"{error.code}: {error}") from error
    except ValidationError as error:
        told = "; ".join(one["msg"] for one in error.errors())
        raise ToolError(f"{InvalidRequest.code}: {told}") from error


def _result(body: BaseModel, text: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=body.model_dump(mode="json"),
    )
