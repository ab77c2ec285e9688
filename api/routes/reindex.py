"""Reindexing: another encoder's index is built beside the one that answers, and takes its place."""

from fastapi import APIRouter

from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.routes.shared import CollectionName, DeskOf, ServiceOf, check_encoder, failures, needs
from api.schemas import NewReindex, ReindexBody
from index.errors import CollectionNotFound, RebuildBusy, RebuildNotFound

router = APIRouter(
    prefix="/collections/{collection}/reindex", tags=["reindex"], route_class=OnceRoute
)


@router.post(
    "",
    status_code=202,
    dependencies=needs("admin"),
    responses=failures(CollectionNotFound, RebuildNotFound, RebuildBusy, *REFUSED_KEYS),
)
def begin_reindex(
    collection: CollectionName, body: NewReindex, service: ServiceOf, desk: DeskOf, _: Once
) -> ReindexBody:
    """Build the index anew; searches get the old one until the new one is complete."""
    check_encoder(body.encoder, service)
    return desk.reindex(collection, body)


@router.get(
    "", dependencies=needs("admin"), responses=failures(CollectionNotFound, RebuildNotFound)
)
def show_reindex(collection: CollectionName, desk: DeskOf) -> ReindexBody:
    """Show how far a reindex is, or which index is kept for the way back."""
    return desk.reindexed(collection)


@router.post(
    "/rollback",
    status_code=202,
    dependencies=needs("admin"),
    responses=failures(CollectionNotFound, RebuildNotFound, RebuildBusy, *REFUSED_KEYS),
)
def roll_back(collection: CollectionName, desk: DeskOf, _: Once) -> ReindexBody:
    """Go back to the index that answered before, once it has what arrived since."""
    return desk.roll_back(collection)


@router.delete(
    "",
    status_code=204,
    dependencies=needs("admin"),
    responses=failures(CollectionNotFound, RebuildNotFound),
)
def forget_reindex(collection: CollectionName, desk: DeskOf) -> None:
    """Give up a reindex, or drop the index that answered before it."""
    desk.forget_reindex(collection)
