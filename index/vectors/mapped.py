"""Gives memory that only mirrors files back to the kernel.

Qdrant Edge maps its files; every page that it wrote or read counts as this process's memory until
the kernel wants it back. Saying early that it may have them keeps a long ingest as small as a short
one. Nothing is lost: what a shared mapping shows stays in the page cache and the file (madvise(2),
MADV_DONTNEED). Elsewhere than on Linux this does nothing.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path

MAPS = Path("/proc/self/maps")
MADV_DONTNEED = 4


def release_mapped(folder: Path) -> None:
    """Let go of the resident pages of every shared mapping of a file below `folder`."""
    if not MAPS.is_file():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for start, end in shared_mappings(folder):
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)


def shared_mappings(folder: Path) -> Iterator[tuple[int, int]]:
    """Yield the addresses of shared mappings of files below `folder`, from proc(5)."""
    below = f"{folder.resolve()}/"
    for line in MAPS.read_text().splitlines():
        fields = line.split(maxsplit=5)  # addresses, permissions, offset, device, inode, path
        if len(fields) == 6 and fields[1].endswith("s") and fields[5].startswith(below):
            start, end = fields[0].split("-")
            yield int(start, 16), int(end, 16)
