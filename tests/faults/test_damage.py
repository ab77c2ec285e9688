"""Bytes that change on the disk, and a disk that takes none."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import (
    DOCUMENTS,
    Ledger,
    begun,
    checkup,
    search,
    upload,
)
from tests.faults.processes import Server, server
from tests.small_disk import NEEDS_ROOT, fill, make_read_only, small_disk
from tests.tiny import wait_for

MIB = 1 << 20
pytestmark = pytest.mark.faults


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Server, Ledger]]:
    with server(tmp_path / "data") as started:
        yield started, begun(started)


def flip(path: Path) -> None:
    """Turn one bit of a file over."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.faults(
    "one bit of a page's picture is turned over on the disk",
    result="the picture is refused, and named by `pagesight doctor --deep`; every other page, and "
    "every search, is as before",
)
def test_a_damaged_picture_is_refused_and_the_rest_is_as_before(
    running: tuple[Server, Ledger],
) -> None:
    started, ledger = running
    (document,) = ledger.accepted
    images = f"{DOCUMENTS}/{document}/pages"
    whole = started.http.get(f"{images}/1/image").content
    blobs = (started.folder / "blobs").rglob("*")
    damaged = next(path for path in blobs if path.is_file() and path.read_bytes() == whole)
    flip(damaged)
    told = started.http.get(f"{images}/1/image")
    assert (told.status_code, told.json()["code"]) == (404, "blob_not_found")
    assert "damaged" in told.json()["detail"]
    assert damaged.name[:12] in checkup(started.http)
    assert started.http.get(f"{images}/2/image").status_code == 200
    first = search(started.http, ledger.accepted[document].words[0])[0]
    assert (first["document"], first["page"]) == (document, 1)


def fill_up(folder: Path) -> Path:
    """Take a disk's room away to the last byte, whatever else takes of it meanwhile."""
    taken = folder / "somebody-elses-file"
    with taken.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(MIB))
    return taken


@NEEDS_ROOT
@pytest.mark.faults(
    "the disk is filled to below its watermark",
    result="uploads are refused with 507 `storage_full`; searches, pictures and deletions go on; "
    "with room again it takes them again",
)
def test_below_the_watermark_only_new_work_is_refused(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", mib=700) as small,
        server(small / "data", PAGESIGHT_MIN_FREE_BYTES=str(100 * MIB)) as started,
    ):
        ledger = begun(started)
        document = ledger.hand_in(started.http, Canary(1))
        ledger.check(started.http)
        taken = fill(small, leave_mib=90)
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


@NEEDS_ROOT
@pytest.mark.faults(
    "the disk is filled to the last byte while a document is worked on",
    result="new work is refused; at worst the process dies; with room again nothing is lost",
)
def test_a_disk_without_a_byte_left_loses_nothing(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", mib=700) as small,
        server(small / "data", PAGESIGHT_MIN_FREE_BYTES=str(100 * MIB)) as started,
    ):
        ledger = begun(started)
        ledger.hand_in(started.http, Canary(1, 3 * CHUNK_PAGES))
        taken = fill_up(small)
        with suppress(httpx.TransportError):
            assert upload(started.http, Canary(2)).status_code in (503, 507)
        taken.unlink()
        if started.is_alive():
            started.kill_everything()
        started.start()
        ledger.check(started.http)


@NEEDS_ROOT
@pytest.mark.faults(
    "the data folder may only be read",
    result="the server does not start, and says so in a sentence",
)
def test_a_folder_that_may_only_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mib=700) as small, server(small / "data") as started:
        begun(started)
        assert started.end() == 0
        make_read_only(small)
        started.log = tmp_path / "log"
        started.launch()
        assert started.wait_until_dead() == 1
        told = started.last_said()
        assert "Traceback" not in told
        assert "read" in told.lower()
