"""Leaving an endpoint alone that keeps failing (the circuit breaker of Nygard, Release It!).

Closed: calls go out. After so many failures in a row it opens: calls are refused at once. After a
rest one call goes out as a probe (half open): its success closes the circuit, its failure opens it
for another rest.
"""

import time
from threading import Lock
from typing import Literal

from answer.model.deadline import Clock

FAILURES = 5
REST_S = 30.0


class CircuitBreaker:
    """Counts the failures of one endpoint.

    Args:
        failures: in a row, after which it opens.
        rest_s: how long it stays open before a probe.
        clock: seconds that never go back.
    """

    def __init__(
        self, *, failures: int = FAILURES, rest_s: float = REST_S, clock: Clock = time.monotonic
    ) -> None:
        self._allowed = failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = Lock()
        self._n_failed = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def rest_left_s(self) -> float:
        """Seconds until a probe may go out."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._rest_s - self._clock())

    @property
    def state(self) -> Literal["closed", "half_open", "open"]:
        """What it does with calls now."""
        if self._opened_at is None:
            return "closed"
        return "open" if self.rest_left_s > 0 else "half_open"

    def admits(self) -> bool:
        """Whether a call may go out now; it must then end in one of the three below."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._is_probing or self.rest_left_s > 0:
                return False
            self._is_probing = True
            return True

    def succeeded(self) -> None:
        """Close: the endpoint answers."""
        with self._lock:
            self._n_failed, self._opened_at, self._is_probing = 0, None, False

    def failed(self) -> None:
        """Count a failure; a probe's opens the circuit again."""
        with self._lock:
            self._n_failed += 1
            self._is_probing = False
            if self._n_failed >= self._allowed:
                self._opened_at = self._clock()

    def left(self) -> None:
        """End a call of which nothing was learnt."""
        with self._lock:
            self._is_probing = False
