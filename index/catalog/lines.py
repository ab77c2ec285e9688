"""What the audit log is made of: deeds, lines and digests, as plain values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from index.catalog.accounts import DEFAULT_TENANT

BEGINNING = "0" * 64  # what the first line has for the digest of the line before
DONE = "done"

About = Mapping[str, Any]  # ids and counts, plain JSON: never names of files, text or secrets


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done, or asked for and refused.

    Attributes:
        action: a stable verb, such as `document.delete`.
        who: id of a key; `operator` who reaches the service without one; `local` who reads the
            data folder.
        tenant: whose things it is about.
        result: `done`, `replayed`, or the code of what failed.
        request: id of the request; empty for a command.
        about: ids of what it is about, and counts.
    """

    action: str
    who: str
    tenant: str = DEFAULT_TENANT
    result: str = DONE
    request: str = ""
    about: About = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A deed as it is kept: its number, from 1, and when it was; chained to the line before."""

    number: int
    at: datetime
    deed: Deed
    previous: str
    digest: str

    def fields(self) -> dict[str, Any]:
        """Return everything that the digest is over, as plain JSON."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        deed = {**asdict(self.deed), "about": dict(self.deed.about)}
        return {"number": self.number, "at": at, **deed, "previous": self.previous}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found.

    Attributes:
        n_lines: lines that are as they were written.
        head: digest of the last of them.
        broken_at: number of the first line that is not.
        reason: what is wrong with it.
    """

    n_lines: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.reason


def digest(line: Line) -> str:
    """Return what a line's digest must be."""
    canonical = json.dumps(
        line.fields(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return sha256(canonical.encode()).hexdigest()
