"""What a question costs, measured so that engines can be compared on a machine that others use.

All engines answer the same question one after the other before the next question's turn, so that
whatever else the machine does hits all of them alike. CPU time is that of the whole process.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.records import Question

Places = NDArray[np.int64]
K = 10


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that finds pages.

    Attributes:
        name: what it is called.
        find: returns the best pages of each of some questions, best first.
        together: how many questions it is asked at once.
        page_bytes: what it keeps of a page.
        build_cpu_ms: what building that took for a page.
    """

    name: str
    find: Callable[[Sequence[Question]], Sequence[Places]]
    together: int = 1
    page_bytes: float = 0.0
    build_cpu_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Quartiles of a measurement."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the quartiles of some values."""
        return cls(*(float(one) for one in np.percentile(values, (25, 50, 75))))


@dataclass(frozen=True, slots=True)
class Figures:
    """What one engine did.

    Attributes:
        engine: its name.
        together: how many questions it was asked at once.
        recall: mean share of the exact first 10 that are among its first 10.
        cpu_ms: CPU milliseconds of a question.
        wall_ms: wall milliseconds of a question.
        page_bytes: what it keeps of a page.
        build_cpu_ms: what building that took for a page.
    """

    engine: str
    together: int
    recall: float
    cpu_ms: Spread
    wall_ms: Spread
    page_bytes: float
    build_cpu_ms: float


@dataclass(slots=True)
class _Laps:
    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)


def recall(found: Places, truth: Places) -> float:
    """Return the share of the true pages that were found."""
    return float(np.isin(truth, found).mean())


def measure(
    engines: Sequence[Engine], questions: Sequence[Question], truth: Sequence[Places]
) -> list[Figures]:
    """Ask every engine every question, in turns; the first turn of each is not counted.

    An engine that is asked several at once has its turn when as many have come together.
    """
    laps = [_Laps() for _ in engines]
    for engine in engines:
        engine.find(questions[: engine.together])
    for n in range(len(questions)):
        for engine, lap in zip(engines, laps, strict=True):
            first = n + 1 - engine.together
            if (n + 1) % engine.together == 0:
                _ask(engine, questions[first : n + 1], truth[first : n + 1], lap)
    return [_figures(*pair) for pair in zip(engines, laps, strict=True) if pair[1].cpu_ms]


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU and the wall milliseconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)


def _ask(
    engine: Engine, questions: Sequence[Question], truth: Sequence[Places], lap: _Laps
) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    found = engine.find(questions)
    lap.cpu_ms.append(1000 * (time.process_time() - cpu) / len(questions))
    lap.wall_ms.append(1000 * (time.perf_counter() - wall) / len(questions))
    lap.recalls += [recall(*pair) for pair in zip(found, truth, strict=True)]


def _figures(engine: Engine, lap: _Laps) -> Figures:
    return Figures(
        engine=engine.name,
        together=engine.together,
        recall=float(np.mean(lap.recalls)),
        cpu_ms=Spread.of(lap.cpu_ms),
        wall_ms=Spread.of(lap.wall_ms),
        page_bytes=engine.page_bytes,
        build_cpu_ms=engine.build_cpu_ms,
    )
