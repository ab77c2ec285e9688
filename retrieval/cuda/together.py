"""Work that is cheaper for several together: whoever comes while it runs shares the next run."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Together(Generic[Asked, Told]):
    """Does what many threads ask, one run at a time; nobody waits to be joined by others.

    Args:
        work: what several asked, in order of coming; one result for each, or an error for all.
        at_most: how many share a run.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Told]], *, at_most: int) -> None:
        self._work = work
        self._at_most = at_most
        self._waiting: deque[tuple[Asked, Future[Told]]] = deque()
        self._turn = threading.Lock()

    @property
    def n_waiting(self) -> int:
        """How many wait for a run that has not begun."""
        return len(self._waiting)

    def do(self, asked: Asked) -> Told:
        """Return what comes of it; raises what the run raised."""
        told: Future[Told] = Future()
        self._waiting.append((asked, told))
        with self._turn:
            while not told.done():  # who ran before may have taken it along
                self._run()
        return told.result()

    def _run(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(self._at_most, len(self._waiting)))]
        waiting = [told for _, told in taken]
        try:
            results = self._work([asked for asked, _ in taken])
            for told, result in zip(waiting, results, strict=True):
                told.set_result(result)
        except BaseException as error:  # whatever it is, whoever waits must see it
            for told in waiting:
                if not told.done():
                    told.set_exception(error)
            if not isinstance(error, Exception):
                raise
