"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Response

from api.doctor import check_service
from api.routes.shared import ServiceOf
from api.schemas import Readiness

router = APIRouter(tags=["probes"])


@router.get("/livez", status_code=204)
def livez() -> None:
    """Tell that the process answers."""


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(service: ServiceOf, response: Response) -> Readiness:
    """Check the stores and the disk."""
    checks = check_service(service)
    ready = all(check.ok for check in checks)
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)
