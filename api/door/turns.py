"""Turns: so many requests at work, a short line of waiting ones, and one of each caller at a time.

Beyond the line a request is refused at once, which costs next to nothing: a service that takes in
more than it can answer ends up answering nobody (congestion collapse). Callers are served in turn
(round robin), and where the line is full the caller with most in it loses its last (longest queue
drop: McKenney, Stochastic Fairness Queueing, INFOCOM 1990), so that who floods waits for himself.
A place is kept for each caller that was here a moment ago and has nothing at work, up to half of
the places: it need not wait at all, however much another one asks. Where requests are work for this
interpreter, a caller with a crowd waiting also lets one that has none end before its next begins,
and before the next stage of what it has begun: two at work would take each other's time.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic, sleep
from typing import Literal

from index.errors import Overloaded

Kind = Literal["search", "answer", "upload"]
Turn = asyncio.Future[None]
MOMENT_S = 2.0
GIVES_WAY_S, LOOK_AGAIN_S = 0.25, 0.002


class Line:
    """Places to work at, and those who wait for one; belongs to one event loop.

    Args:
        n_places: requests at work.
        n_waiting: requests in the line, of all callers together.
        max_wait_s: the longest wait.
        yields: whether a crowd lets others end before its next request begins.
        clock: seconds since any moment.
    """

    def __init__(
        self,
        n_places: int,
        n_waiting: int,
        max_wait_s: float,
        *,
        yields: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if n_places < 1:
            raise ValueError(f"at least one place is needed, got {n_places}")
        self._n_places = n_places
        self._n_waiting = n_waiting
        self._max_wait_s = max_wait_s
        self._yields = yields
        self._at_work: Counter[str] = Counter()
        self._coming: Counter[str] = Counter()
        self._held: frozenset[str] = frozenset()
        self._begun: set[str] = set()  # who began something since another one's request ended
        self._line: OrderedDict[str, deque[Turn]] = OrderedDict()
        self._clock = clock
        self._last_here: OrderedDict[str, float] = OrderedDict()  # the longest gone first

    @property
    def n_at_work(self) -> int:
        """Requests at work."""
        return self._at_work.total()

    @property
    def n_waiting(self) -> int:
        """Requests in the line."""
        return sum(map(len, self._line.values()))

    def holds(self, caller: str) -> bool:
        """Tell whether a caller's requests at work stop for a moment: any thread may ask."""
        return caller in self._held

    def come(self, caller: str) -> ExitStack:
        """Note who is about to `take` a turn: nobody else is let in for the same room meanwhile.

        What is returned is closed when the caller is there, or never will be.

        Raises:
            Overloaded: the line is full, or will be.
        """
        self._note(caller)
        has_place = self._may_begin(caller) and not self._coming
        if not has_place and self._will_be_full and self._loser(caller) == caller:
            raise self._full()
        self._coming[caller] += 1
        self._hold()
        coming = ExitStack()  # closing it twice equals once
        coming.callback(self._came, caller)
        return coming

    async def take(self, caller: str) -> None:
        """Return when it is the caller's turn, who then must `leave`; a cancelled wait is none.

        Raises:
            Overloaded: the line is full, or the wait too long.
        """
        self._note(caller)
        if self._may_begin(caller):
            self._begin(caller)
            return
        turn = self._queue(caller)
        try:
            async with asyncio.timeout(self._max_wait_s):
                await turn
        except TimeoutError as error:
            self._forgo(caller, turn)
            told = f"no turn came within {self._max_wait_s:g} s; try again later"
            raise Overloaded(told, reason="late") from error
        except asyncio.CancelledError:
            self._forgo(caller, turn)
            raise

    def leave(self, caller: str) -> None:
        """Give the place back."""
        self._note(caller)
        self._at_work[caller] -= 1
        if not self._at_work[caller]:
            del self._at_work[caller]
        self._begun &= {caller}
        self._call_next()
        self._hold()

    def _begin(self, caller: str) -> None:
        self._at_work[caller] += 1
        self._begun.add(caller)
        self._hold()

    def _hold(self) -> None:
        """Hold the crowds while somebody is at work, or on the way, who is none."""
        if not self._yields:
            return
        crowds = frozenset(filter(self._is_crowd, self._line))
        others = (self._at_work.keys() | self._coming.keys()) - crowds
        self._held = crowds if others else frozenset()

    def _may_begin(self, caller: str) -> bool:
        return caller not in self._line and self._admits(caller)

    def _admits(self, caller: str) -> bool:
        """Tell whether there is a place; who has one already leaves those that are kept."""
        n_free = self._n_places - self.n_at_work
        n_kept = self._n_kept() if caller in self._at_work else 0
        return n_free > n_kept and not self._holds_back(caller)

    def _holds_back(self, caller: str) -> bool:
        """Tell whether a crowd has begun something beside one that is none, which comes first."""
        if not self._yields or caller not in self._begun or not self._is_crowd(caller):
            return False
        return any(one != caller and not self._is_crowd(one) for one in self._at_work)

    def _is_crowd(self, caller: str) -> bool:
        return len(self._line.get(caller, ())) > 1

    def _n_kept(self) -> int:
        """Places kept for callers that were here a moment ago and have nothing at work."""
        while self._last_here:
            gone, moment = next(iter(self._last_here.items()))
            if self._clock() - moment < MOMENT_S:
                break
            del self._last_here[gone]
        n_idle = sum(caller not in self._at_work for caller in self._last_here)
        return min(n_idle, self._n_places // 2)

    def _note(self, caller: str) -> None:
        self._last_here[caller] = self._clock()
        self._last_here.move_to_end(caller)

    def _queue(self, caller: str) -> Turn:
        if self._is_full:
            self._make_room(caller)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._line.setdefault(caller, deque()).append(turn)
        return turn

    @property
    def _is_full(self) -> bool:
        return self.n_waiting >= self._n_waiting

    @property
    def _will_be_full(self) -> bool:
        n_free = max(0, self._n_places - self.n_at_work)
        return self.n_waiting + self._coming.total() >= self._n_waiting + n_free

    def _came(self, caller: str) -> None:
        self._coming[caller] -= 1
        if not self._coming[caller]:
            del self._coming[caller]
        self._hold()

    def _make_room(self, caller: str) -> None:
        """Send the last one of who has most in the line away, or this one."""
        loser = self._loser(caller)
        if loser == caller:
            raise self._full()
        turn = self._line[loser].pop()
        if not turn.done():
            turn.set_exception(self._full())

    def _loser(self, caller: str) -> str:
        """Return who has most in the line, that of the caller included."""
        longest = max(self._line, key=lambda one: len(self._line[one]), default=caller)
        n_mine = len(self._line.get(caller, ())) + self._coming[caller]
        return longest if len(self._line.get(longest, ())) > n_mine + 1 else caller

    def _full(self) -> Overloaded:
        told = f"{self._n_waiting} requests wait already; try again later"
        return Overloaded(told, reason="full")

    def _forgo(self, caller: str, turn: Turn) -> None:
        """Leave the line, or the place that was given at the same moment."""
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self.leave(caller)
            return
        if turn in (waiting := self._line.get(caller, deque())):
            waiting.remove(turn)
            if not waiting:
                del self._line[caller]

    def _call_next(self) -> None:
        """Call who may work now, beginning with the caller that has waited longest for a turn."""
        for caller in [*self._line]:
            if self._admits(caller):
                turn = self._line[caller].popleft()
                if self._line[caller]:
                    self._line.move_to_end(caller)
                else:
                    del self._line[caller]
                if not turn.done():
                    self._begin(caller)
                    turn.set_result(None)


class GivingWay:
    """Stops a request between two stages of its work while its caller is held; not for long in all.

    Args:
        line: that holds it.
        caller: whom the request counts for.
    """

    def __init__(self, line: Line, caller: str) -> None:
        self._line = line
        self._caller = caller
        self._left_s = GIVES_WAY_S

    def __call__(self) -> None:
        """Wait, in the thread that does the work."""
        while self._left_s > 0 and self._line.holds(self._caller):
            sleep(LOOK_AGAIN_S)
            self._left_s -= LOOK_AGAIN_S
