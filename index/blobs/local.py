"""Blobs in a local folder."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from index.blobs.base import (
    SHA256,
    ListedBlob,
    StoredBlob,
    blob_key,
    check_disk,
    check_hash,
    copy_hashing,
    files_before,
    modified_at,
)
from index.errors import BlobNotFound, BlobStoreUnavailable


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
                stored = copy_hashing(chunks, file.write, max_bytes=max_bytes)
                file.flush()
                os.fsync(file.fileno())
            target = self._path(stored.sha256)
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                _sync_folder(self.folder)
            temporary.replace(target)
            _sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return stored

    def check(self) -> None:
        """Do nothing while the folder is there and may be written to.

        Raises:
            BlobStoreUnavailable: it is not, or may not be.
        """
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise BlobStoreUnavailable(f"the folder {self._incoming} is gone or not writable")

    def check_room(self, min_free_bytes: int) -> None:
        """Do nothing while enough of the disk is free to take something in.

        Raises:
            StorageFull: it is not.
        """
        check_disk(self.folder, min_free_bytes)

    @contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """Lend a blob as the file that it is.

        Raises:
            BlobNotFound: nothing is stored under that hash.
        """
        path = self._path(sha256)
        if not path.is_file():
            raise self._not_found(sha256)
        yield path

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes after checking them against their hash.

        Raises:
            BlobNotFound: nothing is stored under that hash, or the bytes have changed.
        """
        try:
            content = self._path(sha256).read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:  # gone at this moment, or no hash
            raise self._not_found(sha256) from error
        check_hash(sha256, hashlib.sha256(content).hexdigest())
        return content

    def has(self, sha256: str) -> bool:
        """Tell whether something is stored under that hash, without reading it."""
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Remove a blob; removing it twice is fine."""
        self._path(sha256).unlink(missing_ok=True)

    def listed(self) -> Iterator[ListedBlob]:
        """Yield every blob; what comes or goes meanwhile may be missed."""
        for path in self.folder.glob("??/*"):
            if SHA256.fullmatch(path.name) and path == self._path(path.name):
                with suppress(FileNotFoundError):  # it was removed meanwhile
                    yield ListedBlob(path.name, path.stat().st_size, modified_at(path))

    def left_behind(self, before: datetime) -> list[Path]:
        """Return the temporary files last written to before then: of processes that were killed."""
        return files_before(self._incoming, before)

    def _not_found(self, sha256: str) -> BlobNotFound:
        return BlobNotFound(f"no blob {sha256[:12]}… in {self.folder}")

    def _path(self, sha256: str) -> Path:
        return self.folder / blob_key(sha256)


def _sync_folder(folder: Path) -> None:
    """Make a file's name survive a loss of power, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
