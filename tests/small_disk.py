"""A small disk of its own, for tests of what happens when one is full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MOUNT, UMOUNT = shutil.which("mount"), shutil.which("umount")
NEEDS_ROOT = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not (MOUNT and UMOUNT),
    reason="needs root: it mounts a small disk",
)


@contextmanager
def small_disk(folder: Path, *, mib: int) -> Iterator[Path]:
    """Mount a disk of some MiB of memory at a folder."""
    folder.mkdir(parents=True)
    assert MOUNT is not None
    assert UMOUNT is not None
    command = [MOUNT, "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603  fixed words
        pytest.skip("this root may not mount")
    try:
        yield folder
    finally:
        subprocess.run([UMOUNT, "-l", folder], check=True)  # noqa: S603  likewise


def make_read_only(folder: Path) -> None:
    """Let nobody write to a small disk any more."""
    assert MOUNT is not None
    subprocess.run([MOUNT, "-o", "remount,ro", folder], check=True)  # noqa: S603  fixed words


def fill(folder: Path, *, leave_mib: int = 0) -> Path:
    """Fill a disk but for some MiB; returns the file that does."""
    filler = folder / "filler"
    n_bytes = shutil.disk_usage(folder).free - (leave_mib << 20)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, n_bytes)
    return filler
