"""Chat completions and models as OpenAI's API has them: a collection is a model."""

import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from answer.stop import Stop
from api.chat.bodies import ApiErrorBody, ChatRequest, Completion, Model, ModelList
from api.chat.chunks import Chunks
from api.chat.completion import Exchange
from api.chat.question import asked
from api.desk import LocalDesk
from api.events import EVENT_STREAM, AnswerEvent
from api.live import respond, watched
from api.question_bodies import AnswerRequest
from api.routes.shared import DeskOf, ServiceOf
from api.schemas import COLLECTION_PATTERN
from index.catalog.entries import Collection
from index.errors import CollectionNotFound, InvalidRequest

TOLD = ("token", "done", "error")  # what a chat has a place for
FAILURES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ApiErrorBody, "description": "refused"},
    "5XX": {"model": ApiErrorBody, "description": "a part does not answer"},
}
COMPLETED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the answer, whole or in chunks",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    }
}
router = APIRouter(tags=["openai"])


def collection_of(_request: Request, name: str) -> str:
    """Return the collection that a caller means by the name of a model.

    Raises:
        CollectionNotFound: no collection can have this name.
    """
    if not re.fullmatch(COLLECTION_PATTERN, name):
        raise CollectionNotFound(f"no collection {name!r}: `model` is the name of a collection")
    return name


@router.post("/chat/completions", response_model=Completion, responses=COMPLETED | FAILURES)
async def complete_chat(
    body: ChatRequest, desk: DeskOf, service: ServiceOf, request: Request
) -> Completion | Response:
    """Answer the last user message from the documents of the collection that `model` names."""
    collection = collection_of(request, body.model)
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


@router.get("/models", responses=FAILURES)
def list_models(service: ServiceOf) -> ModelList:
    """List the collections, as models to chat with."""
    return ModelList(data=[_model(found) for found in service.catalog.collections()])


@router.get("/models/{model}", responses=FAILURES)
def show_model(model: str, service: ServiceOf, request: Request) -> Model:
    """Show one of them."""
    return _model(service.catalog.collection(collection_of(request, model)))


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


def _model(collection: Collection) -> Model:
    return Model(id=collection.name, created=int(collection.created_at.timestamp()))
