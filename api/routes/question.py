"""Questions: pages that match, and answers with citations."""

from fastapi import APIRouter

from api.routes.shared import CollectionName, DeskOf, failures
from api.schemas import AnswerRequest, AnswerResponse, SearchRequest, SearchResponse

router = APIRouter(prefix="/collections/{collection}", tags=["questions"])


@router.post("/search", responses=failures(404, 409))
def search(collection: CollectionName, body: SearchRequest, desk: DeskOf) -> SearchResponse:
    """Find the pages that match a question best."""
    return desk.search(collection, body)


@router.post("/answers", responses=failures(404, 409))
def answer(collection: CollectionName, body: AnswerRequest, desk: DeskOf) -> AnswerResponse:
    """Answer a question from the documents, with citations, or refuse."""
    return desk.ask(collection, body)
