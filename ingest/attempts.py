"""Runs queued work so that it ends, or stays open while what troubles it may pass."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from index.catalog.entries import Failure
from index.errors import PagesightError, Unavailable
from ingest.stores import WorkInterrupted

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # without a page done in between


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt at a job or a rebuild.

    Attributes:
        kind: `job` or `rebuild`, as the log calls it.
        work_id: which one.
        begun: what was begun, for people.
        number: of the attempt, from 1.
        fail: ends the work with a reason.
    """

    kind: str
    work_id: UUID
    begun: str
    number: int
    fail: Callable[[Failure], None]

    def run(self, work: Callable[[], None]) -> None:
        """Do the work; whatever happens, it ends or stays open for a retry."""
        if self.number > MAX_ATTEMPTS:
            told = f"{self.begun} was begun {MAX_ATTEMPTS} times and got no further"
            self.fail(Failure("gave_up", told))
            return
        try:
            work()
        except WorkInterrupted:
            logger.info("%s interrupted", self.kind, extra=self._told())
        except PagesightError as error:
            self._fail_or_leave(error)
        except Exception:
            logger.exception("%s failed", self.kind, extra=self._told())
            told = f"an unexpected error; the log has it by {self.kind} id"
            self.fail(Failure("internal_error", told))

    def _fail_or_leave(self, error: PagesightError) -> None:
        """Leave work open while its cause may pass, but not for ever."""
        if isinstance(error, Unavailable) and self.number < MAX_ATTEMPTS:
            told = {**self._told(), "code": error.code}
            logger.warning("%s will be retried", self.kind, extra=told)
            return
        self.fail(Failure(error.code, str(error)))

    def _told(self) -> dict[str, str]:
        return {self.kind: str(self.work_id)}
