"""What every route module needs: the desk, and how failures look in OpenAPI."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from api.desk import LocalDesk
from api.events import EVENT_STREAM
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
Limit = Annotated[int, Query(ge=1, le=1000, description="how many to list")]
Cursor = Annotated[str | None, Query(description="`next` of the previous page of the list")]


def check_encoder(name: str | None, service: Service) -> None:
    """Refuse encoders that a caller may not name: the server's folders are nobody's business.

    Raises:
        InvalidRequest: neither a registered model nor the one that the settings name.
    """
    if name is not None and name not in (SHIPPED, service.settings.encoder):
        find(name)


def streamed(told: str) -> dict[int | str, dict[str, Any]]:
    """Declare server-sent events for OpenAPI."""
    content = {EVENT_STREAM: {"schema": {"type": "string"}}}
    return {200: {"description": f"server-sent events: {told}", "content": content}}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problems for OpenAPI; 422 and 503 can always happen."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    told = {404: "no such thing", 409: "does not fit the present state", 413: "too large"}
    told |= {422: "not understood", 503: "a part does not answer", 507: "the disk is full"}
    return {
        status: {"description": told[status], "content": content}
        for status in (*statuses, 422, 503)
    }
