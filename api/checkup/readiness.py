"""Whether the service can do its work: checked now and then, told as often as one likes."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Generic, TypeVar

from api.checkup.doctor import check_service
from api.checkup.encoder_proof import check_encoder
from api.schemas import Probe, Readiness
from api.service import Service
from api.telemetry.metrics import State

REMEMBERED_S = 2.0
PROOF_REMEMBERED_S = 60.0
HANGS_S = 15.0
LOOK_S = 10.0  # no probe waits longer for its answer
LOOKING = Probe(name="checks", ok=False, detail="the first look, or one that hangs, goes on")
Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """A check whose result holds for a while; who asks meanwhile does not load what is checked.

    One looks at a time, in a thread of its own, which is waited for a moment. The others, and all
    when the look hangs, get what was seen last, and once that is old what they are to be told then.

    Args:
        check: looks.
        for_s: how long what it saw holds.
        meanwhile: what is told while nothing is known.
        look_s: how long a look is waited for.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        check: Callable[[], Found],
        *,
        for_s: float,
        meanwhile: Found,
        look_s: float = LOOK_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check = check
        self._for_s = for_s
        self._meanwhile = meanwhile
        self._look_s = look_s
        self._clock = clock
        self._looking = Lock()
        self._seen: tuple[float, Found] | None = None

    def __call__(self) -> Found:
        """Return what was seen last, or look again."""
        if (seen := self._seen) is not None and self._age_s(seen) < self._for_s:
            return seen[1]
        if self._looking.acquire(blocking=False):
            with suppress(TimeoutError):
                return _begun(self._look).result(self._look_s)
        return self._told()

    def _look(self) -> Found:
        try:
            found = self._check()
            self._seen = self._clock(), found
            return found
        finally:
            self._looking.release()

    def _told(self) -> Found:
        seen = self._seen
        is_known = seen is not None and self._age_s(seen) < self._for_s + HANGS_S
        return seen[1] if seen is not None and is_known else self._meanwhile

    def _age_s(self, seen: tuple[float, Found]) -> float:
        return self._clock() - seen[0]


def _begun(look: Callable[[], Found]) -> Future[Found]:
    """Begin a look in a thread that the end of the process does not wait for."""
    begun: Future[Found] = Future()

    def run() -> None:
        try:
            begun.set_result(look())
        except BaseException as error:  # noqa: BLE001  whoever waits for the look gets it
            begun.set_exception(error)

    Thread(target=run, name="look", daemon=True).start()
    return begun


def watch_state(service: Service) -> "ReadyCheck":
    """Return what says whether a service is ready, which its metrics tell from now on too."""
    settings, ready = service.settings, ReadyCheck(service)
    state = State(service.backlog.read, ready, settings.data, settings.min_free_bytes)
    service.telemetry.metrics.look_up(state)
    return ready


class ReadyCheck:
    """Says whether a service is ready.

    Attributes:
        is_ending: set when the service is about to stop: from then on it is not ready.
    """

    def __init__(self, service: Service) -> None:
        self.is_ending = False
        proof = Remembered(
            lambda: check_encoder(service),
            for_s=PROOF_REMEMBERED_S,
            meanwhile=LOOKING,
            look_s=PROOF_REMEMBERED_S,
        )
        self._checks: Remembered[list[Probe]] = Remembered(
            lambda: [*check_service(service), proof()], for_s=REMEMBERED_S, meanwhile=[LOOKING]
        )

    def end(self) -> None:
        """Tell from now on that the process will stop."""
        self.is_ending = True

    def __call__(self) -> Readiness:
        """Return the checks, a moment old at most."""
        checks = self._checks()
        if self.is_ending:
            ending = Probe(name="stopping", ok=False, detail="the process was told to stop")
            checks = [*checks, ending]
        return Readiness(ready=all(check.ok for check in checks), checks=list(checks))
