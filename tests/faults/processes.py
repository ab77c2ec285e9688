"""`pagesight serve` in a process of its own, to be killed, stopped and started again.

`multiprocessing`'s fork server starts it, in which everything is imported already: it is up within
a second and not ten later, and dies like any other process.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic, sleep

import httpx
import psutil

from tests.faults import child
from tests.seaweed import free_ports

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.faults.preload"])
START_S = 120.0
POLL_S = 0.05
LAST_LINES = 30
FEW = {"PAGESIGHT_OCR_WORKERS": "1", "PAGESIGHT_ENCODER_THREADS": "1"}
MODEST = {
    **FEW,
    "PAGESIGHT_MIN_FREE_BYTES": "0",
    "PAGESIGHT_DRAIN_S": "0",
    "PAGESIGHT_LOG_FORMAT": "json",
}


class Died(AssertionError):
    """A process ended that should have gone on, or went on where it should have ended."""


class Server:
    """A server on a data folder, the worker in it; the address stays the same from start to start.

    Args:
        folder: the data folder; the log lies beside it.
        variables: `PAGESIGHT_*`, beside those that leave the machine to others.

    Attributes:
        url: where it serves.
        http: a client of it.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.log")
        self.variables = {**MODEST, **variables}
        (self._port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self._port}"
        self.http = httpx.Client(base_url=self.url, timeout=60)
        self._process: ForkServerProcess | None = None

    def start(self, **variables: str) -> None:
        """Start, with variables for this life only, and wait until it is ready."""
        self.launch(**variables)
        self.wait_until_ready()

    def launch(self, **variables: str) -> None:
        """Start, and wait for nothing."""
        folder = {"PAGESIGHT_DATA": str(self.folder), "PAGESIGHT_PORT": str(self._port)}
        told = {**self.variables, **folder, **variables}
        self._process = FORKING.Process(target=child.run, args=(("serve",), told, self.log))
        self._process.start()

    def wait_until_ready(self, *, at_most_s: float = START_S) -> None:
        """Wait until every check of its own passes."""
        end = monotonic() + at_most_s
        while not self.is_ready():
            if not self.is_alive() or monotonic() > end:
                raise Died(f"the server did not come up:\n{self.last_said()}")
            sleep(POLL_S)

    def is_ready(self) -> bool:
        """Whether it answers, and says that it is well."""
        with suppress(httpx.TransportError):
            return self.http.get("/readyz").status_code == 200
        return False

    def is_alive(self) -> bool:
        """Whether the process is there, stopped or not."""
        return self.process.is_alive()

    @property
    def process(self) -> ForkServerProcess:
        """The process that was started last."""
        if self._process is None:
            raise Died("the server was never started")
        return self._process

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        os.kill(self.process.pid or 0, number)

    def kill(self) -> None:
        """End it at once, as a crash does; PostgreSQL and what it started live on."""
        with suppress(ProcessLookupError):  # it died by itself at this moment
            self.signal(signal.SIGKILL)
        self.wait_until_dead()

    def kill_everything(self) -> None:
        """End it and its PostgreSQL at once, as a power cut does to processes."""
        database = self.database()
        self.signal(signal.SIGKILL)
        kill_postgres(database)
        self.wait_until_dead()

    def database(self) -> psutil.Process:
        """The embedded PostgreSQL's first process."""
        return postmaster(self.folder / "postgres")

    def wait_until_dead(self, *, at_most_s: float = 60.0) -> int:
        """Wait until the process has ended, and return its code; a signal's is below zero."""
        self.process.join(at_most_s)
        code = self.process.exitcode
        if code is None:
            raise Died(f"the server lives on:\n{self.last_said()}")
        return code

    def end(self) -> int:
        """End it as an engine ends a container."""
        self.signal(signal.SIGTERM)
        return self.wait_until_dead()

    def last_said(self) -> str:
        """The end of the log."""
        said = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(said.splitlines()[-LAST_LINES:])


@contextmanager
def server(folder: Path, **variables: str) -> Iterator[Server]:
    """A server, not yet started; at the end nothing of it is left running."""
    made = Server(folder, **variables)
    try:
        yield made
    finally:
        made.http.close()
        with suppress(Died):
            if made.is_alive():
                made.kill()
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            kill_postgres(made.database())


def postmaster(folder: Path) -> psutil.Process:
    """The first process of the PostgreSQL that runs on a folder."""
    return psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))


def kill_postgres(first: psutil.Process) -> None:
    """Kill every process of a PostgreSQL at once."""
    family = [first, *first.children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(family, timeout=30)
