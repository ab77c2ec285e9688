"""Points between two steps of work where a test can have the process die, stop or fail.

`PAGESIGHT_FAULT=point:nth:act` names one: at the nth pass of the point (from 1) the process kills
itself (`kill`), is suspended (`stop`), or the step raises (`raise`). A bare `point::act` acts at
every pass. Unset, as everywhere outside these tests, passing a point calls an empty function.
"""

import os
import signal
from collections.abc import Callable
from itertools import count

VARIABLE = "PAGESIGHT_FAULT"
POINTS = (
    "upload.stored",  # the original's bytes are kept, no row tells of them
    "upload.accepted",  # document and job are committed, the caller does not know
    "job.started",  # an attempt is counted
    "chunk.read",
    "chunk.encoded",
    "chunk.points_put",  # in the vector store, not noted in the catalog
    "chunk.blobs_put",  # page images and words are kept, too
    "chunk.noted",
    "context.put",
    "job.verified",
    "job.flushed",
    "job.published",  # readers see the generation; the one before is dead
    "garbage.points_gone",  # of a dead generation, whose rows and blobs are there
    "garbage.forgotten",  # its rows and blobs are gone, too
    "delete.hidden",  # a document is out of every read
    "rebuild.store_made",
    "fill.points_put",  # made of kept pages: in the vector store, not noted in the catalog
    "fill.noted",
    "rebuild.filled",
    "rebuild.switched",
    "erase.store_made",
    "erase.generation_copied",
    "erase.switched",  # the fresh store answers, the old one is there
    "erase.stores_renewed",
    "erase.database_scrubbed",  # nothing is left, nothing says so
)


class InjectedFault(Exception):
    """What a point raises."""


def _never(_point: str) -> None:
    """Pass a point."""


def parse(told: str) -> Callable[[str], None]:
    """Return what is called at every point.

    Raises:
        ValueError: there is no such point or act.
    """
    wanted, nth, act = told.split(":")
    if wanted not in POINTS:
        raise ValueError(f"no fault point {wanted!r}; there are {', '.join(POINTS)}")
    do, passes = _act(act), count(1)

    def passed(point: str) -> None:
        if point == wanted and nth in ("", str(next(passes))):
            do()

    return passed


def _act(name: str) -> Callable[[], None]:
    if name not in ACTS:
        raise ValueError(f"no fault act {name!r}; there are {', '.join(ACTS)}")
    return ACTS[name]


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise() -> None:
    raise InjectedFault("a test had this step fail")


ACTS: dict[str, Callable[[], None]] = {"kill": _kill, "stop": _stop, "raise": _raise}
_told = os.environ.get(VARIABLE)  # noqa: TID251  not a setting: nobody but tests sets it
fault_point: Callable[[str], None] = parse(_told) if _told else _never
