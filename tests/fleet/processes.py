"""`pagesight` commands as processes of a fleet, each with a data folder of its own."""

import os
import signal
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from api.client.synchronous import PagesightClient
from tests.faults import child
from tests.faults.processes import FORKING, MODEST, START_S
from tests.seaweed import free_ports
from tests.tiny import wait_for

VARIABLES = {**MODEST, "PAGESIGHT_SEARCH_THREADS": "1", "PAGESIGHT_DRAIN_S": "0.5"}


class Member:
    """One process, which keeps its folder when it is started again.

    Args:
        folder: its data; what it says is written beside it.
        args: the command.
        variables: `PAGESIGHT_*`, beside those that leave the machine to others.
    """

    def __init__(self, folder: Path, args: Sequence[str], variables: Mapping[str, str]) -> None:
        self._log = folder.with_name(f"{folder.name}.log")
        self._args = tuple(args)
        self._variables = {**VARIABLES, "PAGESIGHT_DATA": str(folder), **variables}
        self._process: ForkServerProcess | None = None

    def start(self) -> None:
        """Start it, and wait for nothing."""
        told = (self._args, self._variables, self._log)
        self._process = FORKING.Process(target=child.run, args=told)
        self._process.start()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """End it at once, as a crash does; twice equals once."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.kill()

    def end(self) -> None:
        """End it as an engine ends a container."""
        assert self._process is not None
        os.kill(self._process.pid or 0, signal.SIGTERM)
        assert self.code() == 0, self.said()

    def code(self) -> int | None:
        """Wait until it has ended, and return its code; a signal's is below zero."""
        assert self._process is not None
        self._process.join(60)
        return self._process.exitcode

    def said(self) -> str:
        """What it wrote."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else "nothing"


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

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.client.close()
        super().close()

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
