"""What every route module needs: the desk, the caller's access, how failures look in OpenAPI.

What waits for nothing is asynchronous all the same: FastAPI hands everything else to a thread.
"""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api import problems
from api.callers.access import Access
from api.callers.visiting import resolve
from api.desk import LocalDesk
from api.events import EVENT_STREAM
from api.schemas import NAMED_PATTERN, Problem
from api.service import Service
from index.catalog.accounts import Scope
from index.encoders.registry import find
from index.encoders.shelf import SHIPPED
from index.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    PagesightError,
    RateLimited,
    StorageFull,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

BEARER = HTTPBearer(auto_error=False, description="a key: `ps_…`; none while no key was ever made")


async def _desk(request: Request) -> LocalDesk:
    found: LocalDesk = request.app.state.desk
    return found.of(request.state.access)


async def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


ALWAYS: tuple[type[PagesightError], ...] = (
    Unauthenticated,
    Forbidden,
    InvalidRequest,
    RateLimited,
    Unavailable,
)
PROBLEM = "application/problem+json"
_BY_STATUS: dict[int, type[PagesightError]] = {
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    507: StorageFull,
}
_TOLD = {
    401: "no key, or none that is good",
    403: "the key does not reach so far",
    404: "no such thing",
    409: "does not fit the present state",
    413: "too large",
    422: "not understood",
    429: "more than the key's limits allow",
    502: "another server fails",
    503: "a part does not answer",
    504: "another server takes too long",
    507: "the disk is full",
}


async def _access(request: Request) -> Access:
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

    async def __call__(self, request: Request, access: AccessOf, _: KeyOf) -> None:
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
    return resolve(service.catalog, access, collection, request.state.scope)


CollectionName = Annotated[str, Depends(_collection)]
DocumentId = Annotated[str, Path(description="id of the document")]
Limit = Annotated[int, Query(ge=1, le=1000, description="how many to list")]
Cursor = Annotated[str | None, Query(description="`next` of the previous page of the list")]


def check_encoder(name: str | None, service: Service) -> None:
    """Refuse encoders that a caller may not name: the server's folders are nobody's business.

    Raises:
        InvalidRequest: neither a registered model nor the one that the settings name.
    """
    if name is not None and name not in (SHIPPED, service.settings.encoder):
        find(name)


def streamed(told: str, *names: str) -> dict[int | str, dict[str, Any]]:
    """Declare server-sent events of these names for OpenAPI, each with JSON in its data."""
    event = {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"type": "string", "enum": [*names, "error"]},
            "data": {"type": "string", "contentMediaType": "application/json"},
            "id": {"type": "string"},
        },
    }
    return {200: {"description": told, "content": {EVENT_STREAM: {"itemSchema": event}}}}


def failures(*causes: int | type[PagesightError]) -> dict[int | str, dict[str, Any]]:
    """Declare problems for OpenAPI, by error or by status, beside those that can always happen."""
    found: list[type[PagesightError]] = [
        _BY_STATUS[cause] if isinstance(cause, int) else cause for cause in causes
    ]
    found += ALWAYS
    declared: dict[int | str, dict[str, Any]] = {}
    for error in found:
        answer = declared.setdefault(problems.status_of(error), _no_problem(error))
        answer["content"][PROBLEM]["examples"][error.code] = _example(error)
    return declared


def _no_problem(error: type[PagesightError]) -> dict[str, Any]:
    content = {PROBLEM: {"schema": Problem.model_json_schema(), "examples": {}}}
    return {"description": _TOLD[problems.status_of(error)], "content": content}


def _example(error: type[PagesightError]) -> dict[str, Any]:
    """One problem as it is answered; its detail says here what it says in general."""
    general = (error.__doc__ or "").partition("\n")[0]
    told = problems.told_of(error, general)
    return {"summary": general, "value": told.model_dump()}
