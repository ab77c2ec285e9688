"""Collections: make, list, show, delete."""

from fastapi import APIRouter

from api.bodies import collection_body, make_collection
from api.once import REFUSED_KEYS, Once, OnceRoute
from api.routes.shared import CollectionName, ServiceOf, check_encoder, failures
from api.schemas import CollectionBody, NewCollection
from index.errors import CollectionExists, CollectionNotFound, ManifestMismatch

router = APIRouter(prefix="/collections", tags=["collections"], route_class=OnceRoute)


@router.post("", status_code=201, responses=failures(CollectionExists, *REFUSED_KEYS))
def create_collection(body: NewCollection, service: ServiceOf, _: Once) -> CollectionBody:
    """Make a collection, or return the one that is there with the same settings."""
    check_encoder(body.encoder, service)
    return collection_body(service, make_collection(service, body))


@router.get("", responses=failures())
def list_collections(service: ServiceOf) -> list[CollectionBody]:
    """List the collections by name."""
    return [collection_body(service, found) for found in service.catalog.collections()]


@router.get("/{collection}", responses=failures(CollectionNotFound, ManifestMismatch))
def show_collection(collection: CollectionName, service: ServiceOf) -> CollectionBody:
    """Show a collection and what it was built with."""
    return collection_body(service, service.collection(collection))


@router.delete("/{collection}", status_code=204, responses=failures(CollectionNotFound))
def delete_collection(collection: CollectionName, service: ServiceOf) -> None:
    """Delete a collection and everything in it."""
    service.delete_collection(collection)
