"""Originals, page images and page words, kept by the sha256 of their content."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from index.errors import BlobNotFound, EmptyDocument, StorageFull, TooLarge


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob's identity and size."""

    sha256: str
    n_bytes: int


class LocalBlobs:
    """Blobs in a local folder, `ab/abcd…`; writes are atomic and idempotent.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> StoredBlob:
        """Store bytes and return their identity."""
        return self.put_stream([content], max_bytes=len(content) or 1)

    def put_stream(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream while hashing it; nothing stays behind when it fails.

        Raises:
            TooLarge: the stream is longer than `max_bytes`.
            EmptyDocument: the stream holds no bytes.
        """
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = _copy_hashing(chunks, file.write, max_bytes=max_bytes)
                file.flush()
                os.fsync(file.fileno())
            target = self._path(stored.sha256)
            target.parent.mkdir(exist_ok=True)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return stored

    def check_room(self, min_free_bytes: int) -> None:
        """Do nothing while enough of the disk is free to take something in.

        Raises:
            StorageFull: it is not.
        """
        free = shutil.disk_usage(self.folder).free
        if free < min_free_bytes:
            raise StorageFull(
                f"only {free >> 20} MiB of disk are free, {min_free_bytes >> 20} MiB must stay "
                "free; reads and deletes go on, new work waits until there is room"
            )

    def path(self, sha256: str) -> Path:
        """Return where a blob lies.

        Raises:
            BlobNotFound: nothing is stored under that hash.
        """
        path = self._path(sha256)
        if not path.is_file():
            raise self._not_found(sha256)
        return path

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes after checking them against their hash.

        Raises:
            BlobNotFound: nothing is stored under that hash, or the bytes have changed.
        """
        try:
            content = self._path(sha256).read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:  # gone at this moment, or no hash
            raise self._not_found(sha256) from error
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise BlobNotFound(f"blob {sha256[:12]}… is damaged: its bytes hash to {found[:12]}…")
        return content

    def delete(self, sha256: str) -> None:
        """Remove a blob; removing it twice is fine."""
        self._path(sha256).unlink(missing_ok=True)

    def _not_found(self, sha256: str) -> BlobNotFound:
        return BlobNotFound(f"no blob {sha256[:12]}… in {self.folder}")

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _copy_hashing(
    chunks: Iterable[bytes], write: Callable[[bytes], object], *, max_bytes: int
) -> StoredBlob:
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
