"""The clock of the database jumps, by which heartbeats are judged."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from index.catalog.database import Database
from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import Ledger, make_collection
from tests.faults.processes import server

FAKES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not FAKES, reason="needs: apt-get install faketime"),
]


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The file from which PostgreSQL reads how wrong its clock is."""
    path = tmp_path / "clock"
    path.write_text("+0", "utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path, clock: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A PostgreSQL of its own, started with another clock than everybody else's."""
    with monkeypatch.context() as told:
        told.setenv("LD_PRELOAD", str(FAKES[0]))
        told.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        told.setenv("FAKETIME_NO_CACHE", "1")
        opened = Database.open(None, folder=tmp_path / "postgres")
    with closing(opened):
        yield opened


def hours_ahead(database: Database) -> int:
    with database.engine.connect() as connection:
        told: datetime = connection.execute(text("SELECT now()")).scalar_one()
    return round((told - datetime.now(UTC)) / timedelta(hours=1))


@pytest.mark.faults(
    "the database's clock jumps an hour ahead, then two hours back, while documents are worked on",
    result="the work goes on; nothing is done twice or given up",
    tries=2,
)
def test_a_clock_that_jumps_takes_nothing(database: Database, clock: Path, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    ledger = Ledger()
    with server(tmp_path / "data", PAGESIGHT_DATABASE_URL=url) as running:
        running.start()
        make_collection(running.http)
        for number, hours in enumerate((1, -1), 1):
            ledger.hand_in(running.http, Canary(number, CHUNK_PAGES + 1))
            clock.write_text(f"{hours:+}h", "utf-8")
            ledger.check(running.http)
            assert hours_ahead(database) == hours
