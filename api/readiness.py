"""Whether the service can do its work: checked now and then, told as often as one likes."""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from api.doctor import check_service
from api.encoder_proof import check_encoder
from api.metrics import State
from api.schemas import Probe, Readiness
from api.service import Service

REMEMBERED_S = 2.0
PROOF_REMEMBERED_S = 60.0
Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """A check whose result holds for a while; who asks meanwhile does not load what is checked.

    Args:
        check: looks.
        for_s: how long what it saw holds.
        clock: seconds that never go back.
    """

    def __init__(
        self, check: Callable[[], Found], for_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._check = check
        self._for_s = for_s
        self._clock = clock
        self._lock = Lock()
        self._seen: tuple[float, Found] | None = None

    def __call__(self) -> Found:
        """Return what was seen last, or look again; who asks meanwhile waits for the look."""
        with self._lock:
            if self._seen is None or self._clock() - self._seen[0] >= self._for_s:
                found = self._check()
                self._seen = self._clock(), found
            return self._seen[1]


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
        proof = Remembered(lambda: check_encoder(service), PROOF_REMEMBERED_S)
        self._checks = Remembered(lambda: [*check_service(service), proof()], REMEMBERED_S)

    def end(self) -> None:
        """Tell from now on that the process will stop."""
        self.is_ending = True

    def __call__(self) -> Readiness:
        """Return the checks, a moment old at most."""
        checks: Sequence[Probe] = self._checks()
        if self.is_ending:
            ending = Probe(name="stopping", ok=False, detail="the process was told to stop")
            checks = [*checks, ending]
        return Readiness(ready=all(check.ok for check in checks), checks=list(checks))
