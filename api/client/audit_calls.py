"""The routes of the audit log and of erasing, each described once."""

from api.audit.bodies import AuditList
from api.client.call import Call, content, given, path, reads
from api.erasure.bodies import ErasureBody, NewErasure


def audit(
    *, since: str | None = None, limit: int = 100, cursor: str | None = None
) -> Call[AuditList]:
    """List what was changed of the caller's tenant, the oldest first; `since` is a time."""
    params = given(since=since, limit=limit, cursor=cursor)
    return Call("GET", path("audit"), reads(AuditList), params=params)


def erase_deleted(request: NewErasure | None = None) -> Call[ErasureBody]:
    """Erase what was deleted; returns when it is gone, with the receipt."""
    wanted = request or NewErasure()
    return Call(
        "POST",
        path("erasures"),
        reads(ErasureBody),
        content=content(wanted),
        is_repeatable=False,  # a second one would say that nothing was left
    )
