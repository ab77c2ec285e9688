"""Fields of documents, read by a JSON schema."""

from fastapi import APIRouter

from api.extraction.bodies import ExtractRequest, ExtractResponse
from api.routes.shared import CollectionName, DeskOf, failures, needs
from index.errors import CollectionNotFound, InvalidFilter, InvalidSchema, ManifestMismatch

router = APIRouter(prefix="/collections/{collection}", tags=["extraction"])


@router.post(
    "/extract",
    dependencies=needs("query"),
    responses=failures(CollectionNotFound, InvalidFilter, InvalidSchema, ManifestMismatch),
)
def extract(collection: CollectionName, body: ExtractRequest, desk: DeskOf) -> ExtractResponse:
    """Read the fields of a JSON schema from documents, each with its place on the page."""
    return desk.extract(collection, body)
