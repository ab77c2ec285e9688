import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.blobs import LocalBlobs
from index.errors import BlobNotFound, EmptyDocument, TooLarge


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def files(blobs: LocalBlobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_what_is_put_is_read_back_under_its_sha256(blobs: LocalBlobs) -> None:
    stored = blobs.put(b"page")
    assert stored.sha256 == hashlib.sha256(b"page").hexdigest()
    assert stored.n_bytes == 4
    assert blobs.read(stored.sha256) == b"page"


def test_a_stream_is_stored_as_the_whole_of_its_chunks(blobs: LocalBlobs) -> None:
    stored = blobs.put_stream([b"pa", b"", b"ge"], max_bytes=4)
    assert stored == blobs.put(b"page")


def test_the_same_bytes_twice_are_one_file(blobs: LocalBlobs) -> None:
    blobs.put(b"page")
    blobs.put(b"page")
    assert len(files(blobs)) == 1


def test_the_same_bytes_from_many_threads_are_one_whole_file(blobs: LocalBlobs) -> None:
    content = b"x" * 300_000
    threads = [threading.Thread(target=blobs.put, args=[content]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in files(blobs)] == [content]


def test_a_stream_longer_than_the_limit_is_refused_and_leaves_nothing(blobs: LocalBlobs) -> None:
    with pytest.raises(TooLarge, match="larger than 3 bytes"):
        blobs.put_stream([b"pa", b"ge"], max_bytes=3)
    assert files(blobs) == []


def test_a_stream_is_not_read_beyond_the_chunk_that_passes_the_limit(blobs: LocalBlobs) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1000

    with pytest.raises(TooLarge):
        blobs.put_stream(endless(), max_bytes=10_000)


def test_a_stream_without_bytes_is_refused_and_leaves_nothing(blobs: LocalBlobs) -> None:
    with pytest.raises(EmptyDocument):
        blobs.put_stream([b"", b""], max_bytes=10)
    assert files(blobs) == []


def test_a_stream_that_breaks_off_leaves_nothing(blobs: LocalBlobs) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put_stream(broken(), max_bytes=10)
    assert files(blobs) == []


def test_bytes_that_were_changed_are_not_handed_out(blobs: LocalBlobs) -> None:
    stored = blobs.put(b"page")
    blobs.path(stored.sha256).write_bytes(b"pagf")
    with pytest.raises(BlobNotFound, match="damaged"):
        blobs.read(stored.sha256)


def test_damaged_bytes_are_mended_by_putting_them_again(blobs: LocalBlobs) -> None:
    stored = blobs.put(b"page")
    blobs.path(stored.sha256).write_bytes(b"pagf")
    blobs.put(b"page")
    assert blobs.read(stored.sha256) == b"page"


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../blobs"])
def test_a_hash_under_which_nothing_is_stored_is_not_found(blobs: LocalBlobs, sha256: str) -> None:
    with pytest.raises(BlobNotFound):
        blobs.path(sha256)


def test_deleting_a_blob_twice_is_fine(blobs: LocalBlobs) -> None:
    stored = blobs.put(b"page")
    blobs.delete(stored.sha256)
    blobs.delete(stored.sha256)
    with pytest.raises(BlobNotFound):
        blobs.read(stored.sha256)
