"""Documents that the service fetches by URL, where the operator allows that."""

from fastapi import APIRouter, Response

from api.fetch_bodies import FromUrl
from api.routes.shared import CollectionName, DeskOf, failures
from api.schemas import Upload

router = APIRouter(prefix="/collections/{collection}/documents", tags=["documents"])


@router.post(
    "/from-url",
    status_code=202,
    responses={200: {"model": Upload}, **failures(403, 404, 409, 413, 502, 504, 507)},
)
def fetch(collection: CollectionName, wanted: FromUrl, desk: DeskOf, response: Response) -> Upload:
    """Fetch a document by URL; 200 with the existing one when the same bytes are there already."""
    taken = desk.fetch(collection, wanted)
    response.status_code = 202 if taken.job else 200
    return taken
