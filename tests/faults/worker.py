"""A worker that owns its vectors, in a process that is meant to be killed.

It hands documents in, deletes some, and indexes; what it was told that is done it notes in a file,
as a caller would who got an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from index import faults
from tests.faults.canaries import Canary
from tests.faults.child import arm


@dataclass(frozen=True, slots=True)
class Shift:
    """What a worker is to do.

    Attributes:
        folder: the data folder.
        database_url: the PostgreSQL.
        arrivals: documents to hand in.
        deletions: documents to delete, by id.
        notes: the file for what is done, a line each.
        variables: the fault point, if any.
    """

    folder: Path
    database_url: str
    arrivals: Sequence[Canary]
    deletions: Sequence[UUID]
    notes: Path
    variables: Mapping[str, str]


def work(shift: Shift) -> None:
    """Do it all, unless the process is killed before."""
    from api.service import Service  # noqa: PLC0415  takes a moment where nothing was preloaded
    from tests.tiny import HashedWords, settings  # noqa: PLC0415

    if faults.VARIABLE in shift.variables:
        arm(shift.variables[faults.VARIABLE])
    chosen = settings(shift.folder, database_url=shift.database_url)
    service = Service.build(chosen, encoder=HashedWords())
    with shift.notes.open("a", encoding="utf-8", buffering=1) as notes:
        for canary in shift.arrivals:
            taken, _ = service.upload("default", canary.name, [canary.content], {})
            notes.write(f"accepted {canary.number} {taken.id}\n")
        for document in shift.deletions:
            service.delete_document("default", document)
            notes.write(f"deleted {document}\n")
    service.worker.run_until_empty()
    service.close()
