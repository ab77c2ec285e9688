"""A file that only takes up room, to be given up when the disk is full.

Qdrant Edge maps its files into memory: on a full disk the process dies by SIGBUS, even when it only
opens a collection to delete from it. With the ballast given up there is room to open one, delete,
and come below the watermark again.
"""

import os
import shutil
from pathlib import Path

BALLAST_BYTES = 128 * 2**20  # opening one collection of Edge took 80 MiB of an empty tmpfs


class Ballast:
    """A file of a fixed size in a folder.

    Args:
        path: of the file.
        min_free_bytes: what stays free of the disk beside it; with 0 there is no ballast.
        n_bytes: its size.
    """

    def __init__(self, path: Path, min_free_bytes: int, *, n_bytes: int = BALLAST_BYTES) -> None:
        self._path = path
        self._min_free_bytes = min_free_bytes
        self._n_bytes = n_bytes

    def trim(self) -> None:
        """Give the ballast up where less than its size is free; take it where there is room."""
        if not self._path.parent.is_dir():
            return
        free = shutil.disk_usage(self._path.parent).free
        if free < self._n_bytes:
            self._path.unlink(missing_ok=True)
        elif self._min_free_bytes and free >= self._min_free_bytes + self._n_bytes:
            self._take()

    def _take(self) -> None:
        try:
            with self._path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, self._n_bytes)
        except OSError:  # somebody else took the room meanwhile; the next trim looks again
            self._path.unlink(missing_ok=True)
