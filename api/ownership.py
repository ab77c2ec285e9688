"""Who owns a data folder: the embedded vectors allow one process at a time.

The owner holds a lock on `owner.json` for as long as it lives; what stands in the file says how
to reach it. The operating system drops the lock of a killed process.
"""

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from index.errors import DataFolderBusy

LOCK_NAME = "owner.json"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns a folder; `url` is where it serves, if it does."""

    pid: int
    url: str | None


class Ownership:
    """A held lock on a data folder."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, folder: Path, owner: Owner) -> Self:
        """Become the owner of a folder.

        Raises:
            DataFolderBusy: another process owns it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("a+", encoding="utf-8")
        if not _lock(file):
            file.close()
            holder = find_owner(folder)
            told = f"process {holder.pid}" if holder else "another process"
            raise DataFolderBusy(f"{told} owns {folder}; stop it or use another --data folder")
        file.truncate(0)
        file.write(json.dumps({"pid": owner.pid, "url": owner.url}))
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Let the next process have the folder; twice equals once."""
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()


def find_owner(folder: Path) -> Owner | None:
    """Return the living owner of a folder, if it has one."""
    path = folder / LOCK_NAME
    if not path.is_file():
        return None
    with path.open("a+", encoding="utf-8") as file:
        if _lock(file):
            return None
        file.seek(0)
        content = file.read()
    return Owner(**json.loads(content)) if content else None


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
