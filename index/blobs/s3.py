"""Blobs in an S3 bucket, through Apache's object_store.

A stream is spooled to the local disk first: its name is its hash, which is known at its end only,
and a stream that breaks off or is too long has then sent nothing.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from index.blobs.base import (
    SHA256,
    ListedBlob,
    StoredBlob,
    blob_key,
    check_disk,
    check_hash,
    copy_hashing,
    files_before,
)
from index.errors import BlobNotFound, BlobStoreUnavailable

if TYPE_CHECKING:  # they are there for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

PART_BYTES = 8 << 20
PARTS_AT_ONCE = 4
CONNECT_S = 3
PART_S = 60.0
RETRY_S = 10  # no try begins later than this after the first one

STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the blobs lie and who may touch them.

    Attributes:
        url: `s3://bucket` or `s3://bucket/prefix`.
        endpoint: address of the S3 server; Amazon's of the region when None. A server of one's own
            is asked by paths (`/bucket/key`), Amazon by host names (`bucket.s3.….amazonaws.com`).
        key_id: access key; the machine's role is taken when empty.
        secret: its secret.
        region: which the signature names.
        timeout_s: time for one request with its body, of which a part is the longest.
    """

    url: str
    endpoint: str | None = None
    key_id: str = ""
    secret: str = ""
    region: str = "us-east-1"
    timeout_s: float = PART_S


class S3Blobs:
    """Blobs in a bucket, `prefix/ab/abcd…`; a put is atomic, and mends damaged bytes.

    Args:
        bucket: where they lie.
        spool: local folder for streams on their way in and files on their way out.
    """

    def __init__(self, bucket: Bucket, spool: Path) -> None:
        self._url = bucket.url
        self._spool = spool
        self._store = _open(bucket)
        spool.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def put(self, content: bytes) -> StoredBlob:
        """Store bytes and return their identity.

        Raises:
            BlobStoreUnavailable: the bucket does not take them.
        """
        stored = copy_hashing([content], lambda _: None, max_bytes=len(content) or 1)
        with self._answering():
            obstore.put(self._store, blob_key(stored.sha256), content, use_multipart=False)
        return stored

    def put_stream(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream, in parts sent at once when it is long.

        Raises:
            TooLarge: the stream is longer than `max_bytes`.
            EmptyDocument: the stream holds no bytes.
            BlobStoreUnavailable: the bucket does not take it.
        """
        with tempfile.TemporaryFile(dir=self._spool) as spooled:
            stored = copy_hashing(chunks, spooled.write, max_bytes=max_bytes)
            spooled.seek(0)
            with self._answering():
                obstore.put(
                    self._store,
                    blob_key(stored.sha256),
                    spooled,
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        return stored

    def check(self) -> None:
        """Do nothing while the bucket answers.

        Raises:
            BlobStoreUnavailable: it does not, or is not there, or the keys do not open it.
        """
        with self._answering():
            obstore.list(self._store, blob_key("0" * 64), chunk_size=1).collect()

    def check_room(self, min_free_bytes: int) -> None:
        """Do nothing while enough of the local disk is free for what passes through it.

        Raises:
            StorageFull: it is not.
        """
        check_disk(self._spool, min_free_bytes)

    @contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """Lend a copy of a blob, checked against its hash and gone when the block ends.

        Raises:
            BlobNotFound: nothing is stored under that hash, or the bytes have changed.
            BlobStoreUnavailable: the bucket does not answer.
        """
        with tempfile.NamedTemporaryFile(dir=self._spool) as copy:
            digest = hashlib.sha256()
            for part in self._parts(sha256):
                digest.update(part)
                copy.write(part)
            check_hash(sha256, digest.hexdigest())
            copy.flush()
            yield Path(copy.name)

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes after checking them against their hash.

        Raises:
            BlobNotFound: nothing is stored under that hash, or the bytes have changed.
            BlobStoreUnavailable: the bucket does not answer.
        """
        content = b"".join(self._parts(sha256))
        check_hash(sha256, hashlib.sha256(content).hexdigest())
        return content

    def has(self, sha256: str) -> bool:
        """Tell whether something is stored under that hash, without reading it.

        Raises:
            BlobStoreUnavailable: the bucket does not answer.
        """
        with self._answering():
            try:
                obstore.head(self._store, blob_key(sha256))
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):  # an outage is never "not found"
                    raise
                return False
        return True

    def delete(self, sha256: str) -> None:
        """Remove a blob; removing it twice is fine.

        Raises:
            BlobStoreUnavailable: the bucket does not answer.
        """
        with self._answering():
            obstore.delete(self._store, blob_key(sha256))

    def listed(self) -> Iterator[ListedBlob]:
        """Yield every blob; what comes or goes meanwhile may be missed.

        Raises:
            BlobStoreUnavailable: the bucket does not answer.
        """
        with self._answering():
            for part in obstore.list(self._store):
                for found in part:
                    name = found["path"].rpartition("/")[2]
                    if found["path"] == blob_key(name) and SHA256.fullmatch(name):
                        yield ListedBlob(name, found["size"], found["last_modified"])

    def left_behind(self, before: datetime) -> list[Path]:
        """Return the temporary files last written to before then: of processes that were killed."""
        return files_before(self._spool, before)

    def _sweep(self) -> None:
        """Remove the copies that a killed process has left; no job lasts as long as that."""
        for path in self.left_behind(datetime.now(UTC) - STALE):
            path.unlink(missing_ok=True)  # another process sweeps, too

    def _parts(self, sha256: str) -> Iterator[bytes]:
        """Yield a blob by requests that are each short enough for their time limit."""
        start, size = 0, 1
        while start < size:
            part, size = self._part(sha256, start)
            yield part
            start += PART_BYTES

    def _part(self, sha256: str, start: int) -> tuple[bytes, int]:
        if not SHA256.fullmatch(sha256):
            raise self._not_found(sha256)
        with self._answering():
            try:
                wanted = (start, start + PART_BYTES)
                found = obstore.get(self._store, blob_key(sha256), options={"range": wanted})
                return bytes(found.bytes()), found.meta["size"]
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):  # an outage is never "not found"
                    raise
                raise self._not_found(sha256) from error

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            told = str(error).partition("\n")[0]
            raise BlobStoreUnavailable(f"{self._url} does not answer as it must: {told}") from error

    def _not_found(self, sha256: str) -> BlobNotFound:
        return BlobNotFound(f"no blob {sha256[:12]}… in {self._url}")


def _open(bucket: Bucket) -> S3Store:
    url = urlsplit(bucket.url)
    config: S3Config = {"region": bucket.region}
    config["virtual_hosted_style_request"] = bucket.endpoint is None
    if bucket.endpoint is not None:
        config["endpoint"] = bucket.endpoint
    if bucket.key_id:
        config["access_key_id"], config["secret_access_key"] = bucket.key_id, bucket.secret
    client: ClientConfig = {
        "allow_http": (bucket.endpoint or "").startswith("http://"),
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "timeout": timedelta(seconds=bucket.timeout_s),
    }
    until_s = min(RETRY_S, bucket.timeout_s)
    retry: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=until_s)}
    return S3Store(
        url.netloc,
        prefix=url.path.strip("/") or None,
        config=config,
        client_options=client,
        retry_config=retry,
    )
