"""Collections: make, list, show, delete."""

from fastapi import APIRouter

from api.bodies import collection_body, make_collection
from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.routes.shared import (
    AccessOf,
    CollectionName,
    DeskOf,
    ServiceOf,
    check_encoder,
    failures,
    needs,
)
from api.schemas import ChangedCollection, CollectionBody, NewCollection
from index.errors import CollectionExists, CollectionNotFound, ManifestMismatch

router = APIRouter(prefix="/collections", tags=["collections"], route_class=OnceRoute)


@router.post(
    "",
    status_code=201,
    dependencies=needs("ingest"),
    responses=failures(CollectionExists, *REFUSED_KEYS),
)
def create_collection(
    body: NewCollection, service: ServiceOf, access: AccessOf, _: Once
) -> CollectionBody:
    """Make a collection, or return the one that is there with the same settings."""
    check_encoder(body.encoder, service)
    return collection_body(service, make_collection(service, body, access), access)


@router.get("", dependencies=needs("read"), responses=failures())
def list_collections(desk: DeskOf) -> list[CollectionBody]:
    """List your collections by name."""
    return desk.collections()


@router.get(
    "/{collection}",
    dependencies=needs("read"),
    responses=failures(CollectionNotFound, ManifestMismatch),
)
def show_collection(
    collection: CollectionName, service: ServiceOf, access: AccessOf
) -> CollectionBody:
    """Show a collection and what it was built with."""
    return collection_body(service, service.collection(collection), access)


@router.patch("/{collection}", dependencies=needs("admin"), responses=failures(CollectionNotFound))
def change_collection(
    collection: CollectionName, body: ChangedCollection, service: ServiceOf, access: AccessOf
) -> CollectionBody:
    """Let every key read and ask a collection, or no longer."""
    changed = service.catalog.show_collection(collection, body.visibility)
    return collection_body(service, changed, access)


@router.delete(
    "/{collection}",
    status_code=204,
    dependencies=needs("delete"),
    responses=failures(CollectionNotFound),
)
def delete_collection(collection: CollectionName, service: ServiceOf) -> None:
    """Delete a collection and everything in it."""
    service.delete_collection(collection)
