"""What lies where in a backup, and which bytes it must have.

    SHA256SUMS                          every other file with its hash, as `sha256sum -c` reads it
    backup.json                         what it is a backup of
    catalog/TABLE.copy                  rows of a table, as PostgreSQL's COPY writes them
    points/STORE/GENERATION/PAGE.npz    what the vector store holds of some pages, from this one on
    blobs/ab/ab…                        originals, page images and words, by their sha256

`SHA256SUMS` is written last: what has none is no backup. A changed byte in it is a file that is
missing, or too many, or of other bytes.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from index.blobs.base import blob_key
from index.errors import BackupDamaged

SUMS = "SHA256SUMS"
DESCRIPTION = "backup.json"
READ_BYTES = 1 << 20
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"{re.escape(DESCRIPTION)}|catalog/[a-z_]+\.copy|blobs/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}"
    rf"|points/[a-z0-9][a-z0-9._-]*/{_UUID}/\d{{6}}\.npz"
)
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")

Sums = dict[str, str]  # sha256 by name, the folder's parts joined by slashes


def blob_name(sha256: str) -> str:
    """Return where a blob lies."""
    return f"blobs/{blob_key(sha256)}"


def table_name(table: str) -> str:
    """Return where a table's rows lie."""
    return f"catalog/{table}.copy"


def points_name(store: str, generation: object, first_page: int) -> str:
    """Return where the points of some pages lie."""
    return f"points/{store}/{generation}/{first_page:06}.npz"


def write_sums(folder: Path, sums: Mapping[str, str]) -> None:
    """Finish a backup: what is there with these hashes is all of it."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())]
    with synced(folder / SUMS) as write:
        write("".join(lines).encode())
    _sync_folders(folder)


def read_sums(folder: Path) -> Sums:
    """Return the hash of each file that a backup must have.

    Raises:
        BackupDamaged: it was not finished, or names what cannot be part of one.
    """
    path = folder / SUMS
    if path.is_symlink() or not path.is_file():
        raise BackupDamaged(f"{folder} has no {SUMS}: it is no backup, or was never finished")
    sums: Sums = {}
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None or found[2] in sums or not _NAME.fullmatch(found[2]):
            raise BackupDamaged(f"{path} is damaged: {line[:200]!r} is no line of it")
        sums[found[2]] = found[1]
    return sums


def check_files(folder: Path, sums: Mapping[str, str]) -> None:
    """Do nothing when a backup has exactly the files that it must have.

    Raises:
        BackupDamaged: one is missing, too many, changed, or no plain file.
    """
    there = set(_files(folder)) - {SUMS}
    for name in sorted(sums.keys() ^ there):
        told = "is missing from the backup" if name in sums else "does not belong to the backup"
        raise BackupDamaged(f"{folder / name} {told}; take another copy of it")
    for name, sha256 in sums.items():
        check_file(folder, name, sha256)


def check_file(folder: Path, name: str, sha256: str) -> None:
    """Do nothing when a file of a backup has the bytes that it must have.

    Raises:
        BackupDamaged: it is missing, or has others.
    """
    path = folder / name
    if not path.is_file():
        raise BackupDamaged(f"{path} is missing from the backup; take another copy of it")
    found = hash_of(path)
    if found != sha256:
        raise BackupDamaged(
            f"{path} is damaged: its bytes hash to {found[:12]}…, those written to {sha256[:12]}…"
        )


def hash_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, name: str, chunks: Iterable[bytes]) -> str:
    """Write a file of a backup to the disk; returns its sha256."""
    digest = hashlib.sha256()
    with synced(folder / name) as write_chunk:
        for chunk in chunks:
            digest.update(chunk)
            write_chunk(chunk)
    return digest.hexdigest()


@contextmanager
def synced(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file that is on the disk, not only in memory, when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        yield file.write
        file.flush()
        os.fsync(file.fileno())


def _files(folder: Path) -> Iterator[str]:
    """Yield the name of each file; what is neither a file nor a folder is refused."""
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            yield path.relative_to(folder).as_posix()
        elif not stat.S_ISDIR(mode):
            raise BackupDamaged(f"{path} is neither a file nor a folder, as all of a backup is")


def _sync_folders(folder: Path) -> None:
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
