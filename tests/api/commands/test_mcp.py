import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Server:
    """`pagesight mcp` in a process of its own, and what it says."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "api.cli", "mcp", "--url", url],
            env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251  what it starts with
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answered: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answered


@pytest.fixture
def server() -> Iterator[Server]:
    """A process that has said hello; the service that it asks is not there."""
    started = Server("http://127.0.0.1:1")
    assert started.ask("initialize", **HELLO)["result"]["serverInfo"]["name"] == "pagesight"
    with started.process:
        yield started
        started.process.kill()


def end_of_input(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.close()


def terminate(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [end_of_input, terminate])
def test_it_ends_clean_and_says_nothing_but_the_protocol(
    server: Server, end: Callable[["subprocess.Popen[str]"], None]
) -> None:
    called = server.ask("tools/call", name="list_collections", arguments={})

    end(server.process)

    assert server.process.wait(60) == 0
    assert called["result"]["isError"]
    assert "unavailable: http://127.0.0.1:1 does not answer" in str(called["result"]["content"])
    assert server.process.stdout
    assert server.process.stderr
    assert (server.process.stdout.read(), server.process.stderr.read()) == ("", "")
