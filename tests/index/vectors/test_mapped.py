import mmap
from pathlib import Path

import pytest

from index.vectors.mapped import MAPS, release_mapped, shared_mappings

pytestmark = pytest.mark.skipif(not MAPS.is_file(), reason="needs Linux's /proc")
SIZE = 8 << 20


def resident_kib(folder: Path) -> int:
    """Memory that mappings of files in a folder hold, from proc(5)."""
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0]:
            inside = str(folder) in line
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def test_what_a_mapping_held_is_given_back_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "chunk.mmap"
    path.write_bytes(bytes(SIZE))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), SIZE) as mapped:
        mapped[:] = b"x" * SIZE
        assert resident_kib(tmp_path) >= SIZE >> 10

        release_mapped(tmp_path)

        assert resident_kib(tmp_path) < 64
        assert mapped[:4] == b"xxxx"
    assert path.read_bytes() == b"x" * SIZE


def test_private_mappings_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "ab").mkdir()
    for place in ("a", "ab"):
        (tmp_path / place / "file").write_bytes(bytes(4096))
    with (
        (tmp_path / "a" / "file").open("r+b") as file,
        (tmp_path / "ab" / "file").open("r+b") as other,
        mmap.mmap(file.fileno(), 4096, flags=mmap.MAP_PRIVATE) as private,
        mmap.mmap(other.fileno(), 4096) as beside,
    ):
        assert list(shared_mappings(tmp_path / "a")) == []
        assert len(private) == len(beside)
