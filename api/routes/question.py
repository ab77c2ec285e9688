"""Questions: pages that match, and answers with citations."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.events import EVENT_STREAM
from api.questions.bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchBatch,
    SearchBatchResponse,
    SearchRequest,
    SearchResponse,
)
from api.routes.live import respond, watched
from api.routes.shared import CollectionName, DeskOf, failures, needs, streamed
from index.errors import CollectionNotFound, InvalidFilter, ManifestMismatch, VlmUnavailable

ANSWERED = streamed(
    "the answer, whole or as server-sent events", "pages", "token", "citations", "done"
)
ASKED = failures(CollectionNotFound, ManifestMismatch, InvalidFilter)
router = APIRouter(prefix="/collections/{collection}", tags=["questions"])


@router.post("/search", dependencies=needs("query"), responses=ASKED)
async def search(collection: CollectionName, body: SearchRequest, desk: DeskOf) -> SearchResponse:
    """Find the pages that match a question best."""
    return await run_in_threadpool(desk.search, collection, body)


@router.post("/search/batch", dependencies=needs("query"), responses=ASKED)
def search_batch(
    collection: CollectionName, body: SearchBatch, desk: DeskOf
) -> SearchBatchResponse:
    """Find the pages for several questions."""
    results = [desk.search(collection, one) for one in body.searches]
    return SearchBatchResponse(results=results)


@router.post(
    "/answers",
    response_model=AnswerResponse | AnswerPlan,
    dependencies=needs("query"),
    responses=ANSWERED
    | failures(CollectionNotFound, ManifestMismatch, InvalidFilter, VlmUnavailable),
)
async def answer(
    collection: CollectionName,
    body: AnswerRequest,
    desk: DeskOf,
    request: Request,
    *,
    stream: Annotated[bool, Query(description="answer as server-sent events")] = False,
    dry_run: Annotated[
        bool, Query(description="only tell which pages would be used, and the tokens of a model")
    ] = False,
) -> AnswerResponse | AnswerPlan | Response:
    """Answer a question from the documents, with citations, or refuse.

    With `Accept: text/event-stream` or `?stream=1` the answer comes as events: `pages`, `token`,
    `citations`, `done`, or `error`.
    """
    if dry_run:
        return await run_in_threadpool(desk.plan_answer, collection, body)
    if stream or EVENT_STREAM in request.headers.get("accept", ""):
        return await respond(lambda stop: desk.ask_stream(collection, body, stop=stop))
    async with watched(request) as stop:
        return await run_in_threadpool(desk.ask, collection, body, stop=stop)
