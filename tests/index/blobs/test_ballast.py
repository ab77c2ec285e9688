from collections.abc import Iterator
from pathlib import Path

import pytest

from index.blobs.ballast import Ballast
from tests.small_disk import NEEDS_ROOT, fill, small_disk

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", mib=32) as folder:
        yield folder


@NEEDS_ROOT
def test_ballast_is_taken_where_there_is_room_and_given_up_where_there_is_none(
    disk: Path,
) -> None:
    ballast = Ballast(disk / "ballast", 4 * MIB, n_bytes=8 * MIB)

    ballast.trim()
    assert (disk / "ballast").stat().st_size == 8 * MIB

    filler = fill(disk, leave_mib=2)
    ballast.trim()
    assert not (disk / "ballast").exists()

    ballast.trim()  # ten MiB are free: they are left free
    assert not (disk / "ballast").exists()

    filler.unlink()
    ballast.trim()
    assert (disk / "ballast").stat().st_size == 8 * MIB


def test_where_nothing_stays_free_there_is_no_ballast(tmp_path: Path) -> None:
    Ballast(tmp_path / "ballast", 0, n_bytes=MIB).trim()
    Ballast(tmp_path / "nowhere" / "ballast", MIB, n_bytes=MIB).trim()
    assert list(tmp_path.iterdir()) == []
