import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import server
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


def put_in(client: httpx.Client) -> None:
    client.post("/v1/collections", json={"name": "default"}).raise_for_status()
    content = pdf("The dam is twelve metres tall")
    file = {"file": ("dams.pdf", content)}
    taken = client.post("/v1/collections/default/documents", files=file).json()
    job = f"/v1/jobs/{taken['job']['id']}"
    wait_for(lambda: client.get(job).json()["state"] == "done")


@pytest.mark.slow
def test_a_restart_under_load_fails_no_request_of_a_client_that_tries_again(
    tmp_path: Path,
) -> None:
    with server(tmp_path / "data", PAGESIGHT_DRAIN_S="10") as running:
        running.start()
        put_in(running.http)
        clients = RetryingClients(running.url)
        threads = [threading.Thread(target=clients.ask, args=[path]) for path in (ASK, ASK, TELL)]
        for thread in threads:
            thread.start()
        wait_for(lambda: clients.n_done > 10)
        running.signal(signal.SIGTERM)
        wait_for(lambda: not running.is_ready())
        told = running.http.get("/readyz").json()
        while_draining = clients.n_done
        assert running.wait_until_dead() == 0
        served_draining = clients.n_done - while_draining
        running.start()
        before = clients.n_done
        wait_for(lambda: clients.n_done > before + 10)
        clients.ended.set()
        for thread in threads:
            thread.join()

    assert clients.failed == []
    assert served_draining > 0
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["stopping"]
