"""When an answer has to be there, whatever it takes on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a clock.

    Attributes:
        timeout_s: how far off it was in the beginning.
        ends_at: the moment.
        clock: seconds that never go back.
    """

    timeout_s: float
    ends_at: float
    clock: Clock

    @classmethod
    def after(cls, timeout_s: float, clock: Clock = time.monotonic) -> "Deadline":
        """Return the moment that is so many seconds off."""
        return cls(timeout_s, clock() + timeout_s, clock)

    @property
    def left_s(self) -> float:
        """Seconds until then, none when it is past."""
        return max(0.0, self.ends_at - self.clock())

    def halved(self) -> "Deadline":
        """Return the moment halfway to this one."""
        return Deadline.after(self.left_s / 2, self.clock)
