"""Erasing, as the command line and the service have it in common."""

from typing import Protocol

from api.erasure.bodies import ErasureBody, NewErasure
from api.erasure.erasing import Erasing
from api.ids import parse_id
from api.jobs.desk import LocalJobs
from api.telemetry.logs import REQUEST_ID
from index.errors import InvalidRequest


class ErasingDesk(Protocol):
    """The verb of erasing."""

    def erase(self, wanted: NewErasure) -> ErasureBody:
        """Have what was deleted be gone from every file, and return the receipt."""


class LocalErasing(LocalJobs):
    """The service in this process.

    Attributes:
        who: instead of the name that the audit log has for who asks.
    """

    who: str | None = None

    def erase(self, wanted: NewErasure) -> ErasureBody:
        """Have what was deleted be gone from every file, and return the receipt."""
        if wanted.documents and wanted.collection is None:
            raise InvalidRequest("say which collection the documents are of")
        if wanted.documents:
            self.access.check("delete")
        named = wanted.collection
        return Erasing(self.service).erase(
            self.access,
            None if named is None else self.access.full_name(named),
            [parse_id(document) for document in wanted.documents],
            request=REQUEST_ID.get(),
            who=self.who,
        )
