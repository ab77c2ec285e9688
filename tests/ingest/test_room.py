from collections.abc import Iterator
from pathlib import Path

import pytest

from index.blobs.local import LocalBlobs
from index.errors import StorageFull
from ingest.room import Room
from tests.small_disk import NEEDS_ROOT, fill, small_disk

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", mib=32) as folder:
        yield folder


@NEEDS_ROOT
def test_what_stopped_for_lack_of_room_goes_on_with_a_margin(disk: Path) -> None:
    room = Room(LocalBlobs(disk / "blobs"), 8 * MIB, margin_bytes=8 * MIB)
    room.check()

    fill(disk, leave_mib=4).rename(disk / "first")
    with pytest.raises(StorageFull):
        room.check()

    (disk / "first").unlink()
    fill(disk, leave_mib=12)  # above the watermark, and not by the margin
    with pytest.raises(StorageFull):
        room.check()
    Room(LocalBlobs(disk / "blobs"), 8 * MIB, margin_bytes=8 * MIB).check()

    (disk / "filler").unlink()
    room.check()
