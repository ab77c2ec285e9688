"""Whether the process lives, whether it can do its work, and what it measures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.checkup.readiness import ReadyCheck
from api.routes.shared import ServiceOf, needs
from api.schemas import Readiness
from api.telemetry.metrics import METRICS_TEXT

router = APIRouter(tags=["probes"])


async def _ready_check(request: Request) -> ReadyCheck:
    found: ReadyCheck = request.app.state.ready
    return found


ReadyOf = Annotated[ReadyCheck, Depends(_ready_check)]


@router.get("/livez", status_code=204)
async def livez() -> None:
    """Tell that the process answers; needs no thread, which others may hold."""


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(ready: ReadyOf, response: Response) -> Readiness:
    """Check the stores, the queue, the encoder and the disk; a result holds for two seconds."""
    found = ready()
    response.status_code = 200 if found.ready else 503
    return found


@router.get(
    "/metrics",
    dependencies=needs("admin"),
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(service: ServiceOf) -> Response:
    """Tell what is measured, as Prometheus reads it; once there are keys, to those of `admin`."""
    return Response(service.telemetry.metrics.text(), media_type=METRICS_TEXT)
