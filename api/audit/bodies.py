"""The JSON of the audit log."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Body
from index.catalog.lines import Line, Verdict


class AuditLine(Body):
    """Something that was done, or asked for and refused."""

    number: int
    at: datetime
    tenant: str
    who: str = Field(description="id of a key, `operator` without one, `local` on the data folder")
    action: str = Field(description="a stable verb", examples=["document.delete"])
    result: str = Field(description="`done`, `replayed`, or the code of what failed")
    request: str = Field(description="id of the request; empty for a command")
    about: dict[str, Any] = Field(description="ids and counts; never names of files or text")
    previous: str = Field(description="digest of the line before")
    digest: str = Field(description="SHA-256 of all this as canonical JSON")


class AuditList(Body):
    """One page of the log; pass `next` as `cursor` for the following one."""

    lines: list[AuditLine]
    next: str | None


class AuditVerdict(Body):
    """What a walk along the whole log found."""

    whole: bool
    lines: int = Field(description="that are as they were written")
    head: str = Field(description="digest of the last of them; keep it elsewhere")
    broken_at: int | None = Field(description="number of the first line that is not")
    reason: str


def audit_line(line: Line) -> AuditLine:
    """Show a line."""
    return AuditLine(**{**line.fields(), "at": line.at, "digest": line.digest})


def audit_verdict(found: Verdict) -> AuditVerdict:
    """Show what a walk found."""
    return AuditVerdict(
        whole=found.is_whole,
        lines=found.n_lines,
        head=found.head,
        broken_at=found.broken_at,
        reason=found.reason,
    )
