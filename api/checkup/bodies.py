"""What a checkup finds, as the REST API and `--json` tell it."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from api.events import Event
from api.schemas import Body, RequestBody

FindingKind = Literal[
    "contradiction",
    "lost_work",
    "page_lost",
    "blob_lost",
    "blob_orphaned",
    "segment_lost",
    "file_left",
    "store_lost",
    "store_unknown",
    "point_lost",
    "point_phantom",
    "point_damaged",
    "rows_differ",
    "note_wrong",
    "sidecar_differs",
]

_REINDEX = "`pagesight reindex` makes all rows anew from the pages that are kept"
_UPLOAD = "delete the document and hand its file in again"
MENDS: dict[FindingKind, str] = {
    "contradiction": _UPLOAD,
    "lost_work": "a worker puts it back into the queue: start `pagesight serve` or `worker`",
    "page_lost": _UPLOAD,
    "blob_lost": "restore it from a backup, or delete the document and hand its file in again",
    "blob_orphaned": "a worker removes it when it is a day old; `pagesight erase` does so at once",
    "segment_lost": "its rows are read from the vector store instead; " + _REINDEX,
    "file_left": "of a process that was killed: a worker removes it within some hours",
    "store_lost": _REINDEX,
    "store_unknown": "no collection is kept in it: it may be deleted",
    "point_lost": _REINDEX,
    "point_phantom": "no reader sees it; `pagesight reindex` and then `--forget` leave it behind",
    "point_damaged": _REINDEX,
    "rows_differ": _REINDEX,
    "note_wrong": "`pagesight reindex --forget` drops the index beside; then begin again",
    "sidecar_differs": "stop the service and delete the folder `sidecar`: it is made again",
}


class CheckupRequest(RequestBody):
    """How a checkup is to be made."""

    grace_s: float = Field(
        3600,
        ge=0,
        le=31_536_000,
        description="how long bytes that nothing refers to, and work that nobody holds, are let "
        "alone: they may be on their way",
    )


class Finding(Body):
    """Something that is not as it must be."""

    kind: FindingKind
    collection: str | None = Field(description="null where it belongs to none")
    document: str | None
    page: int | None
    detail: str
    mend: str = Field(description="what mends it")


class Mended(Body):
    """What was done about a finding; what is left stays one."""

    finding: Finding
    is_mended: bool
    done: str


class Checked(Body):
    """How much a checkup has looked at, and how much of it is not as it must be."""

    collections: int = 0
    documents: int = 0
    pages: int = 0
    blobs: int = Field(
        0, description="originals, pictures, words and segments, each read to its end"
    )
    findings: int = 0


class CheckupReport(Body):
    """A whole checkup."""

    checked: Checked
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class CheckupEvent(Event):
    """Something that was found, or how much was looked at; `done` is the last."""

    name: Literal["checked", "finding", "done"]
    body: Checked | Finding
