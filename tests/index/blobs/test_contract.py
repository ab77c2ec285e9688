"""What the local folder and the bucket have in common."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import obstore
import pytest

from index.blobs.base import StoredBlob
from index.errors import BlobNotFound, EmptyDocument, StorageFull, TooLarge
from tests.index.blobs.places import Place

SEVERAL_PARTS = b"0123456789abcdef" * (20 << 16)  # 20 MiB: more than two parts of a bucket's


def test_what_is_put_is_read_back_under_its_sha256(place: Place) -> None:
    stored = place.blobs.put(b"page")
    assert stored.sha256 == hashlib.sha256(b"page").hexdigest()
    assert stored.n_bytes == 4
    assert place.blobs.read(stored.sha256) == b"page"


def test_a_stream_is_stored_as_the_whole_of_its_chunks(place: Place) -> None:
    stored = place.blobs.put_stream([b"pa", b"", b"ge"], max_bytes=4)
    assert stored == place.blobs.put(b"page")


def test_a_long_stream_comes_back_whole_as_bytes_and_as_a_file(place: Place) -> None:
    stored = place.blobs.put_stream([SEVERAL_PARTS], max_bytes=len(SEVERAL_PARTS))

    assert place.blobs.read(stored.sha256) == SEVERAL_PARTS
    with place.blobs.file(stored.sha256) as path:
        assert path.read_bytes() == SEVERAL_PARTS


def test_a_lent_file_leaves_only_the_blob_behind(place: Place) -> None:
    stored = place.blobs.put(b"page")

    with place.blobs.file(stored.sha256) as path:
        assert path.read_bytes() == b"page"

    assert len(place.keys()) == 1


def test_the_same_bytes_twice_are_one_blob(place: Place) -> None:
    place.blobs.put(b"page")
    place.blobs.put(b"page")
    assert len(place.keys()) == 1


def test_the_same_bytes_from_many_threads_are_one_whole_blob(place: Place) -> None:
    content = b"x" * 300_000
    threads = [threading.Thread(target=place.blobs.put, args=[content]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(place.keys()) == 1
    assert place.blobs.read(hashlib.sha256(content).hexdigest()) == content


def test_a_stream_longer_than_the_limit_is_refused_and_leaves_nothing(place: Place) -> None:
    with pytest.raises(TooLarge, match="larger than 3 bytes"):
        place.blobs.put_stream([b"pa", b"ge"], max_bytes=3)
    assert place.keys() == []


def test_a_stream_is_not_read_beyond_the_chunk_that_passes_the_limit(place: Place) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1000

    with pytest.raises(TooLarge):
        place.blobs.put_stream(endless(), max_bytes=10_000)


def test_a_stream_without_bytes_is_refused_and_leaves_nothing(place: Place) -> None:
    with pytest.raises(EmptyDocument):
        place.blobs.put_stream([b"", b""], max_bytes=10)
    assert place.keys() == []


def test_a_stream_that_breaks_off_leaves_nothing(place: Place) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        place.blobs.put_stream(broken(), max_bytes=10)
    assert place.keys() == []


def test_bytes_that_were_changed_are_not_handed_out(place: Place) -> None:
    stored = place.blobs.put(b"page")
    place.damage(stored.sha256)
    with pytest.raises(BlobNotFound, match="damaged"):
        place.blobs.read(stored.sha256)


def test_damaged_bytes_are_mended_by_putting_them_again(place: Place) -> None:
    stored = place.blobs.put(b"page")
    place.damage(stored.sha256)
    place.blobs.put(b"page")
    assert place.blobs.read(stored.sha256) == b"page"


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../blobs"])
def test_a_hash_under_which_nothing_is_stored_is_not_found(place: Place, sha256: str) -> None:
    with pytest.raises(BlobNotFound), place.blobs.file(sha256):
        pass
    with pytest.raises(BlobNotFound):
        place.blobs.read(sha256)


def test_a_place_tells_what_it_has(place: Place) -> None:
    stored = place.blobs.put(b"page")
    assert place.blobs.has(stored.sha256)
    assert not place.blobs.has("0" * 64)


def test_deleting_a_blob_twice_is_fine(place: Place) -> None:
    stored = place.blobs.put(b"page")
    place.blobs.delete(stored.sha256)
    place.blobs.delete(stored.sha256)
    with pytest.raises(BlobNotFound):
        place.blobs.read(stored.sha256)


def test_what_is_stored_is_listed_with_its_size_and_when(place: Place) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=2)
    put = {place.blobs.put(b"%d" % n) for n in range(50)}
    place.blobs.delete(place.blobs.put(b"gone").sha256)

    found = list(place.blobs.listed())

    assert {StoredBlob(one.sha256, one.n_bytes) for one in found} == put
    assert len(found) == 50
    assert all(begun < one.stored_at < datetime.now(UTC) + timedelta(seconds=2) for one in found)


def test_what_is_no_blob_is_not_listed(place: Place) -> None:
    obstore.put(place.store, "notes.txt", b"of somebody")
    obstore.put(place.store, f"ab/{'0' * 63}", b"too short")
    obstore.put(place.store, f"ab/{'0' * 64}", b"in another one's place")
    (place.left / "cut-off").touch()

    assert list(place.blobs.listed()) == []


def test_temporary_files_are_told_by_their_age(place: Place) -> None:
    left = place.left / "cut-off"
    left.touch()
    now = datetime.now(UTC)

    assert place.blobs.left_behind(now + timedelta(seconds=2)) == [left]
    assert place.blobs.left_behind(now - timedelta(hours=1)) == []


def test_a_place_that_is_well_passes_its_check(place: Place) -> None:
    place.blobs.check()
    place.blobs.check_room(0)


def test_a_disk_with_less_room_than_must_stay_free_is_full(place: Place) -> None:
    with pytest.raises(StorageFull, match="must stay free"):
        place.blobs.check_room(2**60)
