import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.tiny import pdf, wait_for

START_S = 240.0
ASK = "/v1/collections/default/search"
TELL = "/v1/collections/default/answers?stream=1"


@dataclass
class RetryingClients:
    """Ask until they are told to stop; what a retry may mend they try again."""

    url: str
    n_done: int = 0
    n_retried: int = 0
    failed: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while not self.ended.is_set():
                self._ask_until_answered(client, path)

    def _ask_until_answered(self, client: httpx.Client, path: str) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            try:
                answered = client.post(path, json={"query": "How tall is the dam?"})
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError) as error:
                if "incomplete" in str(error):  # an answer that broke off in its middle
                    self.failed.append(str(error))
            else:
                if answered.status_code == 200:
                    self.n_done += 1
                    if "stream" in path and "event: done" not in answered.text:
                        self.failed.append(answered.text)
                    return
                if answered.status_code != 503:
                    self.failed.append(answered.text)
            self.n_retried += 1
            time.sleep(0.2)
        self.failed.append("no answer in time")


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def server(data: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "api.cli", "serve", "--data", str(data), "--port", str(port)]
    told = {"PAGESIGHT_DRAIN_S": "10", "PYTHONPATH": str(Path(__file__).parents[3])}
    environment = {**os.environ, **told}  # noqa: TID251  a process of its own
    running = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def wait_until_ready(url: str) -> None:
    end = time.monotonic() + START_S
    while not is_ready(url):
        assert time.monotonic() < end, "the server did not come up"
        time.sleep(0.2)


def put_in(url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        client.post("/v1/collections", json={"name": "default"}).raise_for_status()
        content = pdf("The dam is twelve metres tall")
        file = {"file": ("dams.pdf", content)}
        taken = client.post("/v1/collections/default/documents", files=file).json()
        job = f"/v1/jobs/{taken['job']['id']}"
        wait_for(lambda: client.get(job).json()["state"] == "done")


@pytest.mark.slow
def test_a_restart_under_load_fails_no_request_of_a_client_that_tries_again(
    tmp_path: Path, port: int
) -> None:
    url = f"http://127.0.0.1:{port}"
    clients = RetryingClients(url)
    threads = [threading.Thread(target=clients.ask, args=[path]) for path in (ASK, ASK, TELL)]
    with server(tmp_path / "data", port) as first:
        wait_until_ready(url)
        put_in(url)
        for thread in threads:
            thread.start()
        wait_for(lambda: clients.n_done > 10)
        first.send_signal(signal.SIGTERM)
        wait_for(lambda: not is_ready(url))
        told = httpx.get(f"{url}/readyz", timeout=30).json()
        while_draining = clients.n_done
        wait_for(lambda: first.poll() is not None)
        assert first.returncode == 0
    served_draining = clients.n_done - while_draining
    with server(tmp_path / "data", port):
        wait_until_ready(url)
        before = clients.n_done
        wait_for(lambda: clients.n_done > before + 10)
        clients.ended.set()
        for thread in threads:
            thread.join()

    assert clients.failed == []
    assert served_draining > 0
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["stopping"]
