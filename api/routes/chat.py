"""Chat completions and models as OpenAI's API has them: a collection is a model."""

import re
import time
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from answer.stop import Stop
from api.callers.access import Access
from api.callers.visiting import owned, resolve
from api.chat.bodies import ApiErrorBody, ChatRequest, Completion, Model, ModelList
from api.chat.chunks import Chunks
from api.chat.completion import Exchange
from api.chat.question import asked
from api.desk import LocalDesk
from api.events import AnswerEvent
from api.questions.bodies import AnswerRequest
from api.routes.live import respond, watched
from api.routes.shared import AccessOf, DeskOf, ServiceOf, needs, streamed
from api.schemas import NAMED_PATTERN
from api.service import Service
from index.catalog.accounts import Scope
from index.catalog.entries import Collection
from index.errors import CollectionNotFound, InvalidRequest

TOLD = ("token", "done", "error")  # what a chat has a place for
FAILURES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ApiErrorBody, "description": "refused"},
    "5XX": {"model": ApiErrorBody, "description": "a part does not answer"},
}
COMPLETED = streamed("the answer, whole or in chunks", "message")
ModelName = Annotated[str, Path(description="name of the collection", examples=["default"])]
router = APIRouter(tags=["openai"])


def collection_of(request: Request, name: str, scope: Scope) -> str:
    """Return the full name of the collection that a caller means by the name of a model.

    Raises:
        CollectionNotFound: no collection that it may use has this name.
    """
    if not re.fullmatch(NAMED_PATTERN, name):
        raise CollectionNotFound(f"no collection {name!r}: `model` is the name of a collection")
    service: Service = request.app.state.service
    return resolve(service.catalog, request.state.access, name, scope)


@router.post(
    "/chat/completions",
    response_model=Completion,
    dependencies=needs("query"),
    responses=COMPLETED | FAILURES,
)
async def complete_chat(
    body: ChatRequest, desk: DeskOf, service: ServiceOf, request: Request
) -> Completion | Response:
    """Answer the last user message from the documents of the collection that `model` names."""
    collection = await run_in_threadpool(collection_of, request, body.model, "query")
    question = _question(body)
    exchange = Exchange(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        model=body.model,
        question=question.query,
        base_url=str(request.base_url).rstrip("/"),
    )
    if body.stream:
        chunks = Chunks(
            exchange,
            between=" " if service.settings.vlm_url else "\n",
            include_usage=bool(body.stream_options and body.stream_options.include_usage),
        )
        return await respond(
            lambda stop: _told(desk, collection, question, stop), framed=chunks.frame
        )
    async with watched(request) as stop:
        found = await run_in_threadpool(desk.ask, collection, question, stop=stop)
    return exchange.completion(found)


@router.get("/models", dependencies=needs("read"), responses=FAILURES)
def list_models(service: ServiceOf, access: AccessOf) -> ModelList:
    """List your collections, as models to chat with."""
    return ModelList(data=[_model(one, access) for one in owned(service.catalog, access)])


@router.get("/models/{model}", dependencies=needs("read"), responses=FAILURES)
def show_model(model: ModelName, service: ServiceOf, request: Request, access: AccessOf) -> Model:
    """Show one of them."""
    return _model(service.catalog.collection(collection_of(request, model, "read")), access)


def _question(body: ChatRequest) -> AnswerRequest:
    query = asked(body.messages)
    try:
        return AnswerRequest(query=query, **dict(body.pagesight))
    except ValidationError as error:
        told = "; ".join(one["msg"] for one in error.errors())
        raise InvalidRequest(f"messages: the question: {told}") from error


def _told(
    desk: LocalDesk, collection: str, question: AnswerRequest, stop: Stop
) -> Iterator[AnswerEvent]:
    """The events of an answer; the first is its first sentence, so that what fails has a status."""
    events = desk.ask_stream(collection, question, stop=stop)
    return (event for event in events if event.name in TOLD)


def _model(collection: Collection, access: Access) -> Model:
    return Model(
        id=access.shown_name(collection.name), created=int(collection.created_at.timestamp())
    )
