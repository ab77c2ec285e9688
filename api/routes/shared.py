"""What every route module needs: the desk, and how failures look in OpenAPI."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from api.desk import LocalDesk
from api.schemas import COLLECTION_PATTERN, Problem
from api.service import Service
from index.encoders.registry import find
from index.encoders.shelf import SHIPPED


def _desk(request: Request) -> LocalDesk:
    found: LocalDesk = request.app.state.desk
    return found


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


DeskOf = Annotated[LocalDesk, Depends(_desk)]
ServiceOf = Annotated[Service, Depends(_service)]
CollectionName = Annotated[
    str,
    Path(description="name of the collection", examples=["default"], pattern=COLLECTION_PATTERN),
]
DocumentId = Annotated[str, Path(description="id of the document")]


def check_encoder(name: str | None, service: Service) -> None:
    """Refuse encoders that a caller may not name: the server's folders are nobody's business.

    Raises:
        InvalidRequest: neither a registered model nor the one that the settings name.
    """
    if name is not None and name not in (SHIPPED, service.settings.encoder):
        find(name)


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problems for OpenAPI; 422 and 503 can always happen."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    told = {
        403: "not allowed here",
        404: "no such thing",
        409: "does not fit the present state",
        413: "too large",
    }
    told |= {422: "not understood", 503: "a part does not answer", 507: "the disk is full"}
    told |= {502: "another server fails", 504: "another server takes too long"}
    return {
        status: {"description": told[status], "content": content}
        for status in (*statuses, 422, 503)
    }
