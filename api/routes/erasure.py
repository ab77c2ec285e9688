"""Erasures: what was deleted is made to be gone from every file."""

from fastapi import APIRouter, Request

from api.audit.trail import IS_TOLD
from api.callers.visiting import resolve
from api.erasure.bodies import ErasureBody, NewErasure
from api.routes.shared import AccessOf, DeskOf, ServiceOf, failures, needs
from index.errors import CollectionNotFound, DocumentNotFound, ErasureBusy, RebuildBusy

router = APIRouter(prefix="/erasures", tags=["audit"])


@router.post(
    "",
    dependencies=needs("admin"),
    responses=failures(CollectionNotFound, DocumentNotFound, RebuildBusy, ErasureBusy),
)
def erase_deleted(
    body: NewErasure, request: Request, service: ServiceOf, access: AccessOf, desk: DeskOf
) -> ErasureBody:
    """Erase what was deleted of your collections, and answer with the receipt when it is gone.

    Documents that are named are deleted first, which needs the scope `delete`, too. Vectors,
    sidecars and tables are written anew from what is live, which takes its time; searches go on.
    What is interrupted can be asked for again.
    """
    if body.collection is not None:
        resolve(service.catalog, access, body.collection, "admin")
    receipt = desk.erase(body)
    setattr(request.state, IS_TOLD, True)
    return receipt
