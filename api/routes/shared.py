"""What every route module needs: the desk, the caller's access, how failures look in OpenAPI."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.access import Access
from api.desk import LocalDesk
from api.ids import parse_id
from api.schemas import NAMED_PATTERN, Problem
from api.service import Service
from index.catalog.keys import Scope
from index.encoders.registry import find
from index.encoders.shelf import SHIPPED
from index.errors import CollectionNotFound, JobNotFound

READING: frozenset[Scope] = frozenset({"read", "query"})  # what others may do with a public one
BEARER = HTTPBearer(auto_error=False, description="a key: `ps_…`; none while no key was ever made")


def _desk(request: Request) -> LocalDesk:
    found: LocalDesk = request.app.state.desk
    return found


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


def _access(request: Request) -> Access:
    found: Access = request.state.access
    return found


DeskOf = Annotated[LocalDesk, Depends(_desk)]
ServiceOf = Annotated[Service, Depends(_service)]
AccessOf = Annotated[Access, Depends(_access)]
KeyOf = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


class Needs:
    """Lets a route be reached only by who has its scope.

    Attributes:
        scope: the scope.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: Request, access: AccessOf, _: KeyOf) -> None:
        """Do nothing for who has it.

        Raises:
            Forbidden: the caller has not.
        """
        access.check(self.scope)
        request.state.scope = self.scope


def needs(scope: Scope) -> list[Dependency]:
    """Return the dependencies of a route that needs a scope."""
    return [Depends(Needs(scope))]


def _collection(
    request: Request,
    access: AccessOf,
    service: ServiceOf,
    collection: Annotated[
        str,
        Path(description="name of the collection", examples=["default"], pattern=NAMED_PATTERN),
    ],
) -> str:
    full_name = access.full_name(collection)
    if access.owns(full_name) or _is_shown(service, full_name, request.state.scope):
        return full_name
    raise CollectionNotFound(f"no collection {collection!r}; create it or ingest into it first")


def _is_shown(service: Service, full_name: str, scope: Scope) -> bool:
    if scope not in READING:
        return False
    try:
        return service.catalog.collection(full_name).visibility == "public"
    except CollectionNotFound:
        return False


def _job(
    access: AccessOf,
    service: ServiceOf,
    job: Annotated[str, Path(description="id of the job")],
) -> str:
    if not access.owns(service.ledger.job(parse_id(job)).collection):
        raise JobNotFound(f"no job {job}")
    return job


CollectionName = Annotated[str, Depends(_collection)]
JobId = Annotated[str, Depends(_job)]
DocumentId = Annotated[str, Path(description="id of the document")]


def check_encoder(name: str | None, service: Service) -> None:
    """Refuse encoders that a caller may not name: the server's folders are nobody's business.

    Raises:
        InvalidRequest: neither a registered model nor the one that the settings name.
    """
    if name is not None and name not in (SHIPPED, service.settings.encoder):
        find(name)


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problems for OpenAPI; those of keys, 422 and 503 can always happen."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    told = {401: "no key, or none that is good", 403: "the key does not reach so far"}
    told |= {404: "no such thing", 409: "does not fit the present state", 413: "too large"}
    told |= {422: "not understood", 429: "more than the key's limits allow"}
    told |= {503: "a part does not answer", 507: "the disk is full"}
    return {
        status: {"description": told[status], "content": content}
        for status in sorted({*statuses, 401, 403, 422, 429, 503})
    }
