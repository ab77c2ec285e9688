"""What only a bucket does: outages, keys, and bytes that change on their way out."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.blobs.s3 import Bucket, S3Blobs
from index.errors import BlobNotFound, BlobStoreUnavailable
from tests.index.blobs.places import s3_place

SHA256 = "0" * 64
VERBS: dict[str, Callable[[S3Blobs], object]] = {
    "put": lambda blobs: blobs.put(b"page"),
    "put_stream": lambda blobs: blobs.put_stream([b"page"], max_bytes=4),
    "read": lambda blobs: blobs.read(SHA256),
    "file": lambda blobs: blobs.file(SHA256).__enter__(),
    "delete": lambda blobs: blobs.delete(SHA256),
    "listed": lambda blobs: list(blobs.listed()),
    "check": lambda blobs: blobs.check(),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_server_that_is_away_is_an_outage_and_never_not_found(
    tmp_path: Path, verb: Callable[[S3Blobs], object]
) -> None:
    nobody = Bucket("s3://pagesight", "http://127.0.0.1:9", "key", "secret")

    with pytest.raises(BlobStoreUnavailable, match="s3://pagesight does not answer"):
        verb(S3Blobs(nobody, tmp_path))


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_bucket_that_is_not_there_is_an_outage_and_never_not_found(
    bucket: Bucket, tmp_path: Path, verb: Callable[[S3Blobs], object]
) -> None:
    elsewhere = replace(bucket, url="s3://another")

    with pytest.raises(BlobStoreUnavailable, match="404"):
        verb(S3Blobs(elsewhere, tmp_path))


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_wrong_key_is_an_outage_and_never_not_found(
    bucket: Bucket, tmp_path: Path, verb: Callable[[S3Blobs], object]
) -> None:
    locked_out = replace(bucket, secret="another")  # noqa: S106  a wrong one

    with pytest.raises(BlobStoreUnavailable, match="403"):
        verb(S3Blobs(locked_out, tmp_path))


def test_an_outage_leaves_nothing_on_the_local_disk(tmp_path: Path) -> None:
    blobs = S3Blobs(Bucket("s3://pagesight", "http://127.0.0.1:9", "key", "secret"), tmp_path)

    with pytest.raises(BlobStoreUnavailable):
        blobs.put_stream([b"page"], max_bytes=4)

    assert list(tmp_path.iterdir()) == []


def test_a_damaged_blob_is_not_lent_as_a_file(bucket: Bucket, tmp_path: Path) -> None:
    place = s3_place(bucket, tmp_path)
    stored = place.blobs.put(b"page")
    place.damage(stored.sha256)

    with pytest.raises(BlobNotFound, match="damaged"), place.blobs.file(stored.sha256):
        pass


def test_copies_that_a_killed_process_left_are_swept_and_fresh_ones_are_not(
    bucket: Bucket, tmp_path: Path
) -> None:
    for name in ("left", "in-use"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "left", (0, 0))

    S3Blobs(bucket, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["in-use"]


def test_two_prefixes_of_a_bucket_do_not_see_each_other(bucket: Bucket, tmp_path: Path) -> None:
    stored = S3Blobs(bucket, tmp_path).put(b"page")

    with pytest.raises(BlobNotFound):
        S3Blobs(replace(bucket, url=f"{bucket.url}/below"), tmp_path).read(stored.sha256)


def test_the_secret_is_in_no_message(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(BlobStoreUnavailable) as raised:
        S3Blobs(replace(bucket, key_id="nobody"), tmp_path).read(SHA256)

    assert bucket.secret not in str(raised.value)
