"""Questions: pages that match, and answers with citations."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.routes.shared import CollectionName, DeskOf, failures
from api.schemas import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchBatch,
    SearchBatchResponse,
    SearchRequest,
    SearchResponse,
)

router = APIRouter(prefix="/collections/{collection}", tags=["questions"])


@router.post("/search", responses=failures(404, 409))
def search(collection: CollectionName, body: SearchRequest, desk: DeskOf) -> SearchResponse:
    """Find the pages that match a question best."""
    return desk.search(collection, body)


@router.post("/search/batch", responses=failures(404, 409))
def search_batch(
    collection: CollectionName, body: SearchBatch, desk: DeskOf
) -> SearchBatchResponse:
    """Find the pages for several questions."""
    results = [desk.search(collection, one) for one in body.searches]
    return SearchBatchResponse(results=results)


@router.post("/answers", responses=failures(404, 409))
def answer(
    collection: CollectionName,
    body: AnswerRequest,
    desk: DeskOf,
    *,
    dry_run: Annotated[
        bool, Query(description="only tell which pages would be used, and the tokens of a model")
    ] = False,
) -> AnswerResponse | AnswerPlan:
    """Answer a question from the documents, with citations, or refuse."""
    return desk.plan_answer(collection, body) if dry_run else desk.ask(collection, body)
