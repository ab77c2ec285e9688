"""Ending an answer that nobody waits for any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Stop:
    """Set once, from any thread; what it is to end is called at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_set = False
        self._callbacks: list[Callable[[], object]] = []

    @property
    def is_set(self) -> bool:
        """Whether the answer is to end."""
        return self._is_set

    def set(self) -> None:
        """End the answer; twice equals once."""
        with self._lock:
            self._is_set = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    @contextmanager
    def calling(self, callback: Callable[[], object]) -> Iterator[None]:
        """Have the callback called when it is set, from now until the block ends."""
        with self._lock:
            was_set = self._is_set
            if not was_set:
                self._callbacks.append(callback)
        if was_set:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
