"""The audit log: who changed what."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.audit.bodies import AuditList, audit_line
from api.routes.shared import AccessOf, Limit, ServiceOf, failures, needs
from index.catalog.audit import AuditLog

router = APIRouter(prefix="/audit", tags=["audit"])
Since = Annotated[AwareDatetime | None, Query(description="only lines from then on")]
LineCursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,18}$", description="`next` of the previous page of the list"),
]


@router.get("", dependencies=needs("admin"), responses=failures())
def list_audit(
    service: ServiceOf,
    access: AccessOf,
    since: Since = None,
    limit: Limit = 100,
    cursor: LineCursor = None,
) -> AuditList:
    """List what was changed of your tenant's, and what was refused, the oldest first.

    Each line is chained to the one before, whosever it is; `pagesight audit verify` walks along.
    """
    found = AuditLog(service.database.engine).lines(
        after=int(cursor or 0),
        limit=limit,
        tenant=None if access.is_operator else access.tenant,
        since=since,
    )
    following = str(found[-1].number) if len(found) == limit else None
    return AuditList(lines=[audit_line(line) for line in found], next=following)
