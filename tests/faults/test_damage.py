"""Bytes that change on the disk, and a disk that takes none."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, Ledger, make_collection, search, upload
from tests.faults.processes import Server, server
from tests.tiny import wait_for

MIB = 1 << 20
MAY_MOUNT = os.geteuid() == 0 and Path("/bin/mount").exists()
MOUNTS = pytest.mark.skipif(not MAY_MOUNT, reason="needs root, to mount a small disk")
pytestmark = pytest.mark.faults


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Server, Ledger]]:
    with server(tmp_path / "data") as started:
        yield started, begun(started)


def begun(started: Server) -> Ledger:
    """Start a server and hand a first document in."""
    started.start()
    make_collection(started.http)
    ledger = Ledger()
    ledger.hand_in(started.http, Canary(0, 2))
    ledger.check(started.http)
    return ledger


def flip(path: Path) -> None:
    """Turn one bit of a file over."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.faults(
    "one bit of a page's picture is turned over on the disk",
    result="the picture is refused; every other page, and every search, is as before",
)
def test_a_damaged_picture_is_refused_and_the_rest_is_as_before(
    running: tuple[Server, Ledger],
) -> None:
    started, ledger = running
    (document,) = ledger.accepted
    images = f"{DOCUMENTS}/{document}/pages"
    whole = started.http.get(f"{images}/1/image").content
    blobs = (started.folder / "blobs").rglob("*")
    flip(next(path for path in blobs if path.is_file() and path.read_bytes() == whole))
    told = started.http.get(f"{images}/1/image")
    assert (told.status_code, told.json()["code"]) == (404, "blob_not_found")
    assert "damaged" in told.json()["detail"]
    assert started.http.get(f"{images}/2/image").status_code == 200
    first = search(started.http, ledger.accepted[document].words[0])[0]
    assert (first["document"], first["page"]) == (document, 1)


@contextmanager
def disk(folder: Path, size_mib: int) -> Iterator[Path]:
    """Mount a disk of its own for as long as a block lasts."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)  # noqa: S603


def mount(*told: str) -> None:
    subprocess.run(["/bin/mount", *told], check=True)  # noqa: S603  a disk of the test


def fill(folder: Path, *, but_mib: int) -> Path:
    """Take a disk's room away but for so much; with nothing left, to the last byte."""
    disk_now = os.statvfs(folder)
    room = disk_now.f_bavail * disk_now.f_frsize
    taken = folder / "somebody-elses-file"
    with taken.open("wb", buffering=0) as file, suppress(OSError):
        while but_mib == 0 or file.tell() < room - but_mib * MIB:
            file.write(bytes(MIB))
    return taken


@MOUNTS
@pytest.mark.faults(
    "the disk is filled to below its watermark",
    result="uploads are refused with 507 `storage_full`; searches, pictures and deletions go on; "
    "with room again it takes them again",
)
def test_below_the_watermark_only_new_work_is_refused(tmp_path: Path) -> None:
    with (
        disk(tmp_path / "disk", 700) as small,
        server(small / "data", PAGESIGHT_MIN_FREE_BYTES=str(100 * MIB)) as started,
    ):
        ledger = begun(started)
        document = ledger.hand_in(started.http, Canary(1))
        ledger.check(started.http)
        taken = fill(small, but_mib=90)
        told = upload(started.http, Canary(2))
        assert (told.status_code, told.json()["code"]) == (507, "storage_full")
        assert "retry-after" in told.headers
        ledger.check(started.http)
        ledger.delete(started.http, document)
        ledger.check(started.http)
        taken.unlink()
        wait_for(started.is_ready)
        ledger.hand_in(started.http, Canary(3))
        ledger.check(started.http)


@MOUNTS
@pytest.mark.faults(
    "the disk is filled to the last byte while a document is worked on",
    result="new work is refused; at worst the process dies; with room again nothing is lost",
)
def test_a_disk_without_a_byte_left_loses_nothing(tmp_path: Path) -> None:
    with (
        disk(tmp_path / "disk", 700) as small,
        server(small / "data", PAGESIGHT_MIN_FREE_BYTES=str(100 * MIB)) as started,
    ):
        ledger = begun(started)
        ledger.hand_in(started.http, Canary(1, 3 * CHUNK_PAGES))
        taken = fill(small, but_mib=0)
        with suppress(httpx.TransportError):
            assert upload(started.http, Canary(2)).status_code in (503, 507)
        taken.unlink()
        if started.is_alive():
            started.kill_everything()
        started.start()
        ledger.check(started.http)


@MOUNTS
@pytest.mark.faults(
    "the data folder may only be read",
    result="the server does not start, and says so in a sentence",
)
def test_a_folder_that_may_only_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 700) as small, server(small / "data") as started:
        begun(started)
        assert started.end() == 0
        mount("-o", "remount,ro", str(small))
        started.log = tmp_path / "log"
        started.launch()
        assert started.wait_until_dead() == 1
        told = started.last_said()
        assert "Traceback" not in told
        assert "read" in told.lower()
