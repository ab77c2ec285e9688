"""A clock that jumps under a server and its PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import Ledger, make_collection
from tests.faults.processes import Server, server

FAKES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(not FAKES, reason="needs: apt-get install faketime"),
]


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The file from which the processes read how wrong their clock is."""
    path = tmp_path / "clock"
    path.write_text("+0", "utf-8")
    return path


@pytest.fixture
def running(tmp_path: Path, clock: Path) -> Iterator[Server]:
    fakes = {
        "LD_PRELOAD": str(FAKES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with server(tmp_path / "data", **fakes) as started:
        yield started


@pytest.mark.faults(
    "the clock jumps an hour ahead, and two hours back, while documents are worked on",
    result="the work goes on; nothing is done twice or given up",
    tries=2,
)
def test_a_clock_that_jumps_takes_nothing(running: Server, clock: Path) -> None:
    running.start()
    make_collection(running.http)
    ledger = Ledger()
    for number, hours in enumerate((1, -1), 1):
        ledger.hand_in(running.http, Canary(number, CHUNK_PAGES + 1))
        clock.write_text(f"{hours:+}h", "utf-8")
        ledger.check(running.http)
        told = parsedate_to_datetime(running.http.get("/livez").headers["date"])
        assert round((told - datetime.now(UTC)) / timedelta(hours=1)) == hours
