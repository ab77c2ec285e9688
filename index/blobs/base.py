"""What every place for blobs does: content addressing, checked reads, idempotent writes."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from index.errors import BlobNotFound, EmptyDocument, StorageFull, TooLarge

SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob's identity and size."""

    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class ListedBlob:
    """A blob as a listing shows it; nobody has looked at its bytes."""

    sha256: str
    n_bytes: int
    stored_at: datetime


class Blobs(Protocol):
    """Keeps bytes under their sha256; every verb done twice equals it done once.

    Where the place itself does not answer, each verb raises `BlobStoreUnavailable`.
    """

    def put(self, content: bytes) -> StoredBlob:
        """Store bytes and return their identity."""

    def put_stream(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream while hashing it; nothing stays behind when it fails.

        Raises:
            TooLarge: the stream is longer than `max_bytes`.
            EmptyDocument: the stream holds no bytes.
        """

    def check(self) -> None:
        """Do nothing while blobs can be read and written."""

    def check_room(self, min_free_bytes: int) -> None:
        """Do nothing while enough of this machine's disk is free to take something in.

        Raises:
            StorageFull: it is not.
        """

    def file(self, sha256: str) -> AbstractContextManager[Path]:
        """Lend a blob as a file for as long as a block lasts; it is not to be changed.

        Raises:
            BlobNotFound: nothing is stored under that hash.
        """

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes after checking them against their hash.

        Raises:
            BlobNotFound: nothing is stored under that hash, or the bytes have changed.
        """

    def has(self, sha256: str) -> bool:
        """Tell whether something is stored under that hash, without reading it."""

    def delete(self, sha256: str) -> None:
        """Remove a blob; removing it twice is fine."""

    def listed(self) -> Iterator[ListedBlob]:
        """Yield every blob; what comes or goes meanwhile may be missed."""

    def left_behind(self, before: datetime) -> list[Path]:
        """Return the temporary files last written to before then: of processes that were killed."""


def blob_key(sha256: str) -> str:
    """Return where a blob lies below its folder or prefix."""
    return f"{sha256[:2]}/{sha256}"


def files_before(folder: Path, before: datetime) -> list[Path]:
    """Return the files of a folder that were last written to before then."""
    found = []
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):  # whoever wrote it was done with it
            if modified_at(path) < before:
                found.append(path)
    return sorted(found)


def modified_at(path: Path) -> datetime:
    """Return when a file was last written to."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def copy_hashing(
    chunks: Iterable[bytes], write: Callable[[bytes], object], *, max_bytes: int
) -> StoredBlob:
    """Copy a stream while hashing it.

    Raises:
        TooLarge: the stream is longer than `max_bytes`.
        EmptyDocument: the stream holds no bytes.
    """
    digest, n_bytes = hashlib.sha256(), 0
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > max_bytes:
            raise TooLarge(
                f"the file is larger than {max_bytes} bytes; raise the limit or split it"
            )
        digest.update(chunk)
        write(chunk)
    if n_bytes == 0:
        raise EmptyDocument("the file holds no bytes")
    return StoredBlob(digest.hexdigest(), n_bytes)


def check_hash(sha256: str, found: str) -> None:
    """Do nothing when stored bytes hash to what they are called.

    Raises:
        BlobNotFound: they have changed.
    """
    if found != sha256:
        raise BlobNotFound(f"blob {sha256[:12]}… is damaged: its bytes hash to {found[:12]}…")


def there_now(folder: Path) -> Path:
    """Return the nearest folder that exists of a path that need not: it is on the same disk."""
    whole = folder.resolve()
    return next(path for path in (whole, *whole.parents) if path.exists())


def check_disk(folder: Path, min_free_bytes: int) -> None:
    """Do nothing while enough of the disk is free.

    Raises:
        StorageFull: it is not.
    """
    free = shutil.disk_usage(folder).free
    if free < min_free_bytes:
        raise StorageFull(
            f"only {free >> 20} MiB of disk are free, {min_free_bytes >> 20} MiB must stay "
            "free; reads and deletes go on, new work waits until there is room"
        )
