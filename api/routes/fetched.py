"""Documents that the service fetches by URL, where the operator allows that."""

from fastapi import APIRouter, Response

from api.documents.fetch_bodies import FromUrl
from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.routes.document import HERE, REFUSALS
from api.routes.shared import CollectionName, DeskOf, failures, needs
from api.schemas import Upload
from index.errors import (
    CollectionNotFound,
    FetchBusy,
    FetchFailed,
    FetchingOff,
    FetchTimeout,
    ManifestMismatch,
    UrlRefused,
)

UNFETCHED = (FetchingOff, UrlRefused, FetchBusy, FetchFailed, FetchTimeout)
router = APIRouter(
    prefix="/collections/{collection}/documents", tags=["documents"], route_class=OnceRoute
)


@router.post(
    "/from-url",
    status_code=202,
    dependencies=needs("ingest"),
    responses=HERE
    | failures(*REFUSALS, *UNFETCHED, *REFUSED_KEYS, CollectionNotFound, ManifestMismatch),
)
def fetch_document(
    collection: CollectionName, wanted: FromUrl, desk: DeskOf, response: Response, _: Once
) -> Upload:
    """Fetch a document by URL; 200 with the existing one when the same bytes are there already."""
    taken = desk.fetch(collection, wanted)
    response.status_code = 202 if taken.job else 200
    return taken
