"""Runs queued work so that it ends, or waits while what troubles it may pass.

What lies outside of a document (a store, the database, the disk) uses up no attempts: the work
waits, longer each time, and says what for. An attempt is used up by a process that died on the way
and by an error that nobody foresaw.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from index.catalog.entries import Failure, Lease, Pause
from index.catalog.leases import Leases
from index.descriptors import telling_exhaustion
from index.errors import (
    BlobStoreUnavailable,
    DatabaseUnavailable,
    DataFolderBusy,
    EncoderUnavailable,
    Overloaded,
    PagesightError,
    StorageFull,
    Unavailable,
    VectorStoreUnavailable,
)
from ingest.stores import WorkInterrupted

logger = logging.getLogger(__name__)

Settled = TypeVar("Settled")
MAX_ATTEMPTS = 3  # without a page done in between
RECONNECT_S = 2.0
SHARED = (
    BlobStoreUnavailable,
    DatabaseUnavailable,
    Overloaded,
    StorageFull,
    VectorStoreUnavailable,
)
OUTSIDE = (*SHARED, DataFolderBusy, EncoderUnavailable)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long work waits for what is outside of it.

    Attributes:
        first_s: the first pause; each following one is twice as long.
        most_s: the longest pause.
        in_all_s: how long it waits without getting on before it fails.
        rest_s: longest rest of a worker whose work fails for what all work needs.
    """

    first_s: float = 1.0
    most_s: float = 60.0
    in_all_s: float = 6 * 3600.0
    rest_s: float = 15.0

    def pause_s(self, waits: int, drawn: float) -> float:
        """Return the length of a pause after so many; `drawn` of [0, 1) keeps many apart."""
        return _doubled(self.first_s, waits, self.most_s) * (1 + drawn) / 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt at a job or a rebuild.

    Attributes:
        lease: the start that makes it ours.
        begun: what was begun, and how far it got before, for people.
        number: of the attempt, from 1.
        waits: pauses before it.
        fail: ends the work with a reason.
    """

    lease: Lease
    begun: str
    number: int
    waits: int
    fail: Callable[[Failure], None]

    @property
    def told(self) -> dict[str, str]:
        """What the log says of it."""
        return {self.lease.kind: str(self.lease.work)}


class Attempts:
    """Runs attempts.

    Args:
        leases: puts work back.
        patience: how long work waits.
        draw: returns numbers of [0, 1).

    Attributes:
        stopping: set when the process is about to end.
    """

    def __init__(
        self,
        leases: Leases,
        patience: Patience | None = None,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.stopping = Event()
        self._leases = leases
        self._patience = patience or Patience()
        self._draw = draw
        self._n_outages = 0

    def run(self, attempt: Attempt, work: Callable[[], None]) -> None:
        """Do the work; whatever happens, it ends or is put back to be started again."""
        if attempt.number > MAX_ATTEMPTS:
            told = f"{attempt.begun} was begun {MAX_ATTEMPTS} times and got no further"
            self._settle(lambda: attempt.fail(Failure("gave_up", told)))
            return
        try:
            with telling_exhaustion():
                work()
        except WorkInterrupted:
            logger.info("%s interrupted", attempt.lease.kind, extra=attempt.told)
            self._settle(lambda: self._leases.pause(attempt.lease, Pause()))
        except OUTSIDE as error:
            self._wait(attempt, error)
        except PagesightError as error:
            failure = Failure(error.code, str(error))
            self._try_again_or_fail(attempt, failure, may_pass=isinstance(error, Unavailable))
        except Exception:
            logger.exception("%s failed", attempt.lease.kind, extra=attempt.told)
            told = f"an unexpected error; the log has it by {attempt.lease.kind} id"
            self._try_again_or_fail(attempt, Failure("internal_error", told), may_pass=True)
        else:
            self._n_outages = 0

    def _wait(self, attempt: Attempt, error: PagesightError) -> None:
        """Put work back until its cause may have passed, but not for ever."""
        failure = Failure(error.code, str(error))
        waited_s = self._pause(attempt, failure, is_attempt=False)
        if waited_s is not None and waited_s > self._patience.in_all_s:
            self._settle(lambda: attempt.fail(failure))
        if isinstance(error, SHARED):  # other work would fail like this one
            self.stopping.wait(_doubled(1.0, self._n_outages, self._patience.rest_s))
            self._n_outages += 1

    def _try_again_or_fail(self, attempt: Attempt, failure: Failure, *, may_pass: bool) -> None:
        if may_pass and attempt.number < MAX_ATTEMPTS:
            self._pause(attempt, failure, is_attempt=True)
        else:
            self._settle(lambda: attempt.fail(failure))

    def _pause(self, attempt: Attempt, failure: Failure, *, is_attempt: bool) -> float | None:
        after_s = self._patience.pause_s(attempt.waits, self._draw())
        told = {**attempt.told, "code": failure.code, "seconds": round(after_s, 1)}
        logger.warning("%s waits", attempt.lease.kind, extra=told)
        pause = Pause(failure, after_s, is_attempt)
        return self._settle(lambda: self._leases.pause(attempt.lease, pause))

    def _settle(self, settle: Callable[[], Settled]) -> Settled | None:
        """Note how an attempt ended, once the database answers; None when the process ends first.

        Without the database there is nothing else that this worker could do.
        """
        while True:
            try:
                return settle()
            except DatabaseUnavailable:
                logger.warning("the database does not answer; it is waited for")
                if self.stopping.wait(RECONNECT_S):
                    return None


def _doubled(first_s: float, times: int, most_s: float) -> float:
    return min(first_s * 2.0 ** min(times, 30), most_s)
