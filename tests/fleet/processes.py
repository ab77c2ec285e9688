"""`pagesight` commands as processes of a fleet, each with a data folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from api.client.synchronous import PagesightClient
from tests.seaweed import free_ports
from tests.tiny import wait_for

ROOT = Path(__file__).parents[2]
START_S = 120.0
MODEST = {
    "PAGESIGHT_ENCODER_THREADS": "1",
    "PAGESIGHT_OCR_WORKERS": "1",
    "PAGESIGHT_SEARCH_THREADS": "1",
    "PAGESIGHT_MIN_FREE_BYTES": "0",
    "PAGESIGHT_DRAIN_S": "0.5",
    "OMP_NUM_THREADS": "1",
}


class Member:
    """One process, which keeps its folder when it is started again.

    Args:
        folder: its data; what it says is written beside it.
        args: the command.
        variables: its environment.
    """

    def __init__(self, folder: Path, args: Sequence[str], variables: Mapping[str, str]) -> None:
        self._log = folder.with_name(f"{folder.name}.log")
        self._args = [sys.executable, "-m", "api.cli", *args]
        self._variables = {
            **{name: told for name, told in os.environ.items() if "PAGESIGHT" not in name},  # noqa: TID251
            **MODEST,
            "PYTHONPATH": str(ROOT),
            "PAGESIGHT_DATA": str(folder),
            **variables,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        assert self._process is not None, "it was never started"
        return self._process

    def start(self) -> None:
        """Start it, and wait for nothing."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                self._args, env=self._variables, cwd=ROOT, stdout=log, stderr=log
            )

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once, as a crash does; twice equals once."""
        if self.is_alive():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def end(self) -> None:
        """End it as an engine ends a container."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0, self.said()

    def said(self) -> str:
        """What it wrote."""
        return self._log.read_text("utf-8", "replace")


class Server(Member):
    """`pagesight serve --no-work`, which keeps its address when it is started again.

    Args:
        folder: its data.
        variables: its environment.
        key: that its client sends.

    Attributes:
        url: where it serves.
        client: of it.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str], *, key: str) -> None:
        (port,) = free_ports(1)
        super().__init__(folder, ["serve", "--no-work", "--port", str(port)], variables)
        self.url = f"http://127.0.0.1:{port}"
        self.client = PagesightClient(self.url, key=key)

    def wait_until_ready(self) -> None:
        """Wait until every check of its own passes."""
        wait_for(lambda: not self.is_alive() or self.is_ready(), at_most_s=START_S)
        assert self.is_alive(), self.said()

    def is_ready(self) -> bool:
        """Whether it answers, and says that it is well."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10).is_success
        except httpx.TransportError:
            return False
