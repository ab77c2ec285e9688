"""Keys: make, list, revoke, those of the caller's tenant."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path

from api.callers.bodies import IssuedKey, KeyBody, KeyList, KeyRequest, issued_body, key_body
from api.routes.shared import AccessOf, ServiceOf, failures, needs
from index.errors import Forbidden, KeyNotFound

router = APIRouter(prefix="/keys", tags=["keys"])


@router.post("", status_code=201, dependencies=needs("admin"), responses=failures())
def create_key(body: KeyRequest, service: ServiceOf, access: AccessOf) -> IssuedKey:
    """Make a key of your tenant; its secret is in this answer and nowhere else.

    The first key of all is made by `pagesight keys create`: from then on every request needs one.
    """
    if access.key is None and not service.keys.exist():
        raise Forbidden("the first key is made where the data is: `pagesight keys create NAME`")
    return issued_body(*service.keys.issue(body.of(access.tenant)))


@router.get("", dependencies=needs("admin"), responses=failures())
def list_keys(service: ServiceOf, access: AccessOf) -> KeyList:
    """List the keys of your tenant, those that ended, too."""
    return KeyList(keys=[key_body(key) for key in service.keys.list(access.tenant)])


@router.delete("/{key}", dependencies=needs("admin"), responses=failures(KeyNotFound))
def revoke_key(
    key: Annotated[str, Path(description="id of the key")], service: ServiceOf, access: AccessOf
) -> KeyBody:
    """End a key; no process takes it any more when this returns."""
    tenants = None if access.is_operator else [access.tenant]
    return key_body(service.keys.revoke(key, datetime.now(UTC), tenants=tenants))
