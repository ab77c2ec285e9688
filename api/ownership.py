"""Who owns a data folder: the embedded vectors allow one process at a time.

The owner holds a lock on `owner.json` for as long as it lives; what stands in the file says how
to reach it. The operating system drops the lock of a killed process.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from index.errors import DataFolderBusy

LOCK_NAME = "owner.json"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns a folder.

    Attributes:
        url: where it serves, if it does.
        secret: what it lets in whoever can read the folder by.
    """

    pid: int
    url: str | None
    secret: str = ""


class Ownership:
    """A held lock on a data folder, and what its file tells of the owner."""

    def __init__(self, file: IO[str], owner: Owner) -> None:
        self._file = file
        self.owner = owner

    @classmethod
    def take(cls, folder: Path, owner: Owner) -> Self:
        """Become the owner of a folder.

        Raises:
            DataFolderBusy: another process owns it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("a+", encoding="utf-8")
        os.fchmod(file.fileno(), 0o600)  # the secret is for who may read the folder as its owner
        if not _lock(file):
            file.close()
            holder = find_owner(folder)
            told = f"process {holder.pid}" if holder else "another process"
            raise DataFolderBusy(f"{told} owns {folder}; stop it or use another --data folder")
        file.truncate(0)
        file.write(json.dumps(asdict(owner)))
        file.flush()
        return cls(file, owner)

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
