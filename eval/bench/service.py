"""Searches over HTTP: how long they take alone, and while documents are indexed.

The server is a process of its own, as users run it. What it adds is the time of a request without
the stages that the answer reports: encoding the question, scoring pages, framing regions. Its CPU
time, without PostgreSQL's, says what a search costs where other work makes it wait.
"""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from api.client.desk import RemoteDesk
from api.commands.ingest import ingest_files
from api.schemas import NewCollection
from eval.bench.pdf import plain_pdf
from eval.datasets.base import EvalSet
from index.errors import PagesightError

COLLECTION = "bench"
START_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    url: str
    process: psutil.Process

    def cpu_ms(self) -> float:
        """Return the CPU time so far."""
        times = self.process.cpu_times()
        return float(1000 * (times.user + times.system))


@dataclass(frozen=True, slots=True)
class Latency:
    """Some searches, in milliseconds.

    Attributes:
        n_searches: how many.
        p50: median of the whole request.
        p95: 95 of 100 were faster.
        overhead_p50: median of the request without the stages that its answer reports.
        cpu: of the server, for a search.
        stages: medians that the server reports.
    """

    n_searches: int
    p50: float
    p95: float
    overhead_p50: float
    cpu: float
    stages: dict[str, float]

    @classmethod
    def of(
        cls, walls_ms: Sequence[float], timings: Sequence[dict[str, float]], *, cpu_ms: float
    ) -> "Latency":
        """Sum up requests, the stages that their answers report, and the server's CPU time."""
        p50, p95 = (float(one) for one in np.percentile(walls_ms, (50, 95)))
        pairs = zip(walls_ms, timings, strict=True)
        rest = [wall - sum(told.values()) for wall, told in pairs]
        stages = {name: float(np.median([one[name] for one in timings])) for name in timings[0]}
        return cls(len(walls_ms), p50, p95, float(np.median(rest)), cpu_ms / len(walls_ms), stages)


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Searches alone and under ingest.

    Attributes:
        n_pages: pages that are searched.
        alone: nothing else to do.
        busy: while further documents were indexed.
        pages_meanwhile: pages that were indexed during these searches.
        was_busy: the indexing went on until the last of them.
    """

    n_pages: int
    alone: Latency
    busy: Latency
    pages_meanwhile: int
    was_busy: bool


def measure_service(golden: EvalSet, *, n_searches: int, busy_pages: int) -> ServiceFigures:
    """Serve a golden set's documents and ask its questions over HTTP.

    Args:
        golden: documents and questions.
        n_searches: how many searches alone, and again under ingest.
        busy_pages: pages of the document that is indexed meanwhile.
    """
    texts = list(islice(cycle([question.text for question in golden.questions]), n_searches))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        desk = RemoteDesk.connect(server.url)
        report = ingest_files(desk, NewCollection(name=COLLECTION), golden.corpus, metadata={})
        n_pages = sum(document.pages or 0 for document in report.documents)
        with httpx.Client(base_url=server.url, timeout=60) as client:
            _search(server, client, texts)  # also lets the server open what it opens once
            alone = _search(server, client, _worded(texts, "please"))
            path = Path(folder) / "further.pdf"
            path.write_bytes(plain_pdf(busy_pages, seed=busy_pages))
            upload = desk.upload(COLLECTION, path, {})
            job = "" if upload.job is None else upload.job.id
            begun = _when_begun(desk, job)
            busy = _search(server, client, _worded(texts, "now"))
            end = desk.job(job)
        desk.close()
    done = end.pages_done - begun
    return ServiceFigures(n_pages, alone, busy, done, was_busy=end.state == "running")


def _worded(texts: Sequence[str], word: str) -> list[str]:
    """Return texts that the server has not encoded yet."""
    return [f"{text} {word} {n}" for n, text in enumerate(texts)]


def _search(server: Server, client: httpx.Client, texts: Sequence[str]) -> Latency:
    walls_ms, timings, cpu_ms = [], [], server.cpu_ms()
    for text in texts:
        begin = time.perf_counter()
        answer = client.post(f"/v1/collections/{COLLECTION}/search", json={"query": text})
        walls_ms.append(1000 * (time.perf_counter() - begin))
        body: dict[str, Any] = answer.raise_for_status().json()
        timings.append(body["timings"])
    return Latency.of(walls_ms, timings, cpu_ms=server.cpu_ms() - cpu_ms)


def _when_begun(desk: RemoteDesk, job: str) -> int:
    """Wait for the first pages of a job and return how many there are."""
    while (state := desk.job(job)).state in {"queued", "running"} and not state.pages_done:
        time.sleep(0.05)
    return state.pages_done


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """Run `pagesight serve` on a free port.

    Raises:
        PagesightError: it does not come up.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--data", str(data)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  our own command
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(server, url)
        yield Server(url, psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait()


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=10).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise PagesightError(f"the server did not answer on {url}; it ended with {server.poll()}")
