"""What was used up: tokens of models, pages, money, day by day."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.callers.bodies import SpendingBody, spending_body
from api.routes.shared import AccessOf, ServiceOf, failures, needs

router = APIRouter(prefix="/spending", tags=["keys"])


@router.get("", dependencies=needs("admin"), responses=failures())
def list_spending(
    service: ServiceOf,
    access: AccessOf,
    days: Annotated[int, Query(ge=1, le=3660, description="how far back, today included")] = 31,
) -> SpendingBody:
    """List what the keys of your tenant used up, the latest day first."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    tenant = None if access.is_operator else access.tenant
    return spending_body(service.spending.since(first, tenant=tenant))
