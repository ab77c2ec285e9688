"""A stand-in that runs for as long as a block lasts, and may be killed and started again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc

from tests.seaweed import free_ports
from tests.tiny import wait_for

ROOT = Path(__file__).parents[2]


class StandIn:
    """One process on one folder; it keeps its address when it is started again.

    Args:
        folder: where its collections are.
        version: of the server that it says it is; the client's own unless told.
    """

    def __init__(self, folder: Path, version: str = "") -> None:
        self._folder = folder
        self._version = version
        (self._port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What `PAGESIGHT_VECTORS` is to say."""
        return f"qdrant://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The process that answers."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        told = [str(self._folder), str(self._port), self._version]
        self._process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "tests.qdrant_stand_in", *told], cwd=ROOT
        )
        wait_for(self._answers)

    def stop(self) -> None:
        """End it in an orderly way."""
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(timeout=30) == 0
            self._process = None

    def kill(self) -> None:
        """End it as a crash does; twice equals once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the stand-in ended; it says why above"
        with grpc.insecure_channel(f"127.0.0.1:{self._port}") as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=0.5)
            except grpc.FutureTimeoutError:
                return False
        return True


@contextmanager
def qdrant_stand_in(folder: Path) -> Iterator[str]:
    """Run a stand-in on a folder and yield what `PAGESIGHT_VECTORS` is to say."""
    stand_in = StandIn(folder)
    stand_in.start()
    try:
        yield stand_in.url
    finally:
        stand_in.kill()
