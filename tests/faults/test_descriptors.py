"""A server has no file descriptor left: others hold as many connections as it may have open."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import psutil
import pytest

from tests.faults.canaries import Canary, canaries
from tests.faults.oracle import DOCUMENTS, begun, documents, upload
from tests.faults.processes import Server, server
from tests.tiny import wait_for

pytestmark = pytest.mark.faults
SPARE = 24  # more than one document's work and a few requests need
N_WAITING = 3  # more than are done before the crowd comes
PAUSE_S = 0.01


@contextmanager
def crowded(started: Server, process: psutil.Process) -> Iterator[None]:
    """Hold connections so that the server can open nothing more; what it closes comes again."""
    address = httpx.URL(started.url)
    most, _ = process.rlimit(psutil.RLIMIT_NOFILE)
    over = Event()
    with ExitStack() as held:

        def is_full() -> bool:
            if process.num_fds() >= most:
                return True
            held.enter_context(socket.create_connection((address.host, address.port or 0)))
            return False

        def keep_coming() -> None:
            while not over.wait(PAUSE_S):
                is_full()

        wait_for(is_full)
        crowd = Thread(target=keep_coming)
        crowd.start()
        try:
            yield
        finally:
            over.set()
            crowd.join()


@pytest.mark.faults(
    "others hold as many connections as the process may have files and connections open, while "
    "documents wait to be worked on",
    result="what needs a file is refused with 503 `overloaded`, other reads go on; the work waits, "
    "uses up no attempt, and is done when connections are free again",
)
def test_a_server_without_descriptors_refuses_waits_and_goes_on(tmp_path: Path) -> None:
    with server(tmp_path / "data") as started:
        ledger, life = begun(started), started.process.pid
        http, process = started.http, psutil.Process(life)
        (first,) = ledger.accepted
        _, hard = process.rlimit(psutil.RLIMIT_NOFILE)
        process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + SPARE, hard))
        with crowded(started, process):
            late = Canary(1, 2)
            for told in (upload(http, late), http.get(f"{DOCUMENTS}/{first}/pages/1/image")):
                assert (told.status_code, told.json()["code"]) == (503, "overloaded")
            assert [one["id"] for one in documents(http)] == [first]
            assert http.get("/livez").is_success
        wait_for(started.is_ready, at_most_s=60)
        for canary in (late, *canaries(N_WAITING, first=2)):
            ledger.hand_in(http, canary)
        with crowded(started, process):
            wait_for(lambda: "job waits" in started.log.read_text("utf-8"))
        ledger.check(http)
        assert started.process.pid == life
