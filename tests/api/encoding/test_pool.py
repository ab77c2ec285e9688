"""The encoder service on a real Ray of this machine; without Ray there is nothing to try."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from index.encoders.minilm import MiniLmEncoder
from index.encoders.service.encoder import ServedEncoder, find_served
from index.encoders.service.servers import Servers
from index.records import Rows
from tests.api.encoding.test_app import TEXT, page
from tests.tiny import wait_for

pytest.importorskip("ray.serve", reason="the extra `ray` is not installed")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
START_S = 300
PATIENCE = {"RAY_agent_register_timeout_ms": "180000", "RAY_USAGE_STATS_ENABLED": "0"}
SERVE = """
import ray, sys, threading
from ray import serve

ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 * 2**20)
serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
from api.encoding.pool import application
serve.run(application({"data": sys.argv[2]}), route_prefix="/")
sys.stdin.read()
serve.shutdown()
ray.shutdown()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("pool")
    command = [sys.executable, "-c", SERVE, str(port), str(folder / "data")]
    path = os.pathsep.join([str(ROOT), *sys.path])
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(  # noqa: S603  our own command
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **PATIENCE, "PYTHONPATH": path},  # noqa: TID251  a child's
        ) as pool,
    ):
        wait_for(lambda: pool.poll() is not None or is_ready(port), at_most_s=START_S)
        assert pool.poll() is None, (folder / "log").read_text()[-4000:]
        yield f"http://127.0.0.1:{port}"
        assert pool.stdin is not None
        pool.stdin.close()


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 204
    except httpx.HTTPError:
        return False


def assert_alike(one: Rows, other: Rows) -> None:
    """Ray sets how many threads a replica has: the last bits of sums in another order differ."""
    assert one.boxes.tobytes() == other.boxes.tobytes()
    assert one.kinds.tobytes() == other.kinds.tobytes()
    assert one.vectors == pytest.approx(other.vectors, abs=1e-5)


@pytest.fixture
def there(url: str) -> Iterator[ServedEncoder]:
    with closing(Servers([url])) as servers:
        told = find_served("all-MiniLM-L6-v2", None, servers)
        assert told is not None
        yield ServedEncoder.open(told, servers)


def test_the_encoder_that_ships_gives_its_rows_through_the_pool(there: ServedEncoder) -> None:
    here = MiniLmEncoder.open()
    pages = [page(TEXT), page(""), page("Der Deich hält das Wasser " * 90)]
    for one, other in zip(there.encode_pages(pages), here.encode_pages(pages), strict=True):
        assert_alike(one, other)
    asked, known = there.encode_question(TEXT), here.encode_question(TEXT)
    assert asked.tokens == known.tokens
    assert asked.vectors == pytest.approx(known.vectors, abs=1e-5)


def test_requests_that_come_at_once_get_the_rows_of_their_own_pages(there: ServedEncoder) -> None:
    here = MiniLmEncoder.open()
    requests = [[page(f"{TEXT} number {n}")] for n in range(12)]
    with ThreadPoolExecutor(6) as threads:
        found = [*threads.map(there.encode_pages, requests)]
    for [one], pages in zip(found, requests, strict=True):
        assert_alike(one, *here.encode_pages(pages))
