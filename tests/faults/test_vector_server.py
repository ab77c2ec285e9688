"""The network before the vector store fails, slows down or swallows, under a server that lives on.

The store is the stand-in: Qdrant's engine behind Qdrant's wire format, in a process of its own.
"""

from collections.abc import Iterator
from contextlib import closing
from time import monotonic

import httpx
import pytest

from index.vectors.server import QdrantVectorStore
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, SEARCH, Ledger, begun
from tests.faults.processes import Server, server
from tests.faults.proxy import (
    BLACK_HOLE,
    DROP,
    GARBAGE,
    PASS,
    RESET,
    FaultProxy,
    Trouble,
    cut,
    proxied,
    trickle,
)
from tests.qdrant_stand_in.running import qdrant_stand_in
from tests.tiny import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("well_again")]
TROUBLES = {
    "down": DROP,
    "resetting": RESET,
    "silent": BLACK_HOLE,
    "breaking off": cut(40),
    "talking nonsense": GARBAGE,
}
TIMEOUT_S = 3
BOUND_S = 20.0
LOSES_ANSWERS = cut(100)  # gRPC's greeting comes through, and of an answer nothing of use


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with qdrant_stand_in(tmp_path_factory.mktemp("qdrant")) as standing:
        yield standing


@pytest.fixture(scope="module")
def store(store_url: str) -> Iterator[QdrantVectorStore]:
    """The vector store as it is, reached without the proxy."""
    with closing(QdrantVectorStore.connect(store_url, api_key=None)) as opened:
        yield opened


@pytest.fixture(scope="module")
def proxy(store_url: str) -> Iterator[FaultProxy]:
    where = httpx.URL(store_url)
    with proxied((where.host, where.port or 0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def running(
    proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Ledger]]:
    there = {
        "PAGESIGHT_VECTORS": f"qdrant://127.0.0.1:{proxy.port}",
        "PAGESIGHT_QDRANT_TIMEOUT_S": str(TIMEOUT_S),
    }
    with server(tmp_path_factory.mktemp("vectors") / "data", **there) as started:
        yield started, begun(started)


def next_of(ledger: Ledger) -> Canary:
    return Canary(len(ledger.accepted), 2)


@pytest.mark.faults(
    "the network before the vector store drops or resets connections, says nothing any more, "
    "breaks off in every answer, or makes nonsense of it, in the middle of an upload's work",
    result="searches are refused with 503 `vector_store_unavailable` in a bounded time, never an "
    "empty list; uploads are taken in, pictures shown; the work waits and is done afterwards",
)
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_vector_store_that_is_away_is_told_and_waited_for(
    running: tuple[Server, Ledger], proxy: FaultProxy, trouble: Trouble
) -> None:
    started, ledger = running
    http, first = started.http, next(iter(ledger.accepted))
    proxy.suffer(trouble)
    since = monotonic()
    told = http.post(SEARCH, json={"query": "island"})
    took_s = monotonic() - since
    ledger.hand_in(http, next_of(ledger))
    picture = http.get(f"{DOCUMENTS}/{first}/pages/1/image")
    proxy.suffer(PASS)
    assert (told.status_code, told.json()["code"]) == (503, "vector_store_unavailable")
    assert took_s < BOUND_S
    assert picture.status_code == 200
    wait_for(started.is_ready, at_most_s=60)
    ledger.check(http)


@pytest.mark.faults(
    "the network sends four kilobytes at a time to and from the vector store",
    result="slower, and all of it right",
)
def test_a_slow_vector_store_only_takes_longer(
    running: tuple[Server, Ledger], proxy: FaultProxy
) -> None:
    started, ledger = running
    proxy.suffer(trickle(4096, 0.005))
    ledger.hand_in(started.http, next_of(ledger))
    ledger.check(started.http)


@pytest.mark.faults(
    "every answer of the vector store is cut off on the way when it has done what it was asked, "
    "again and again",
    result="what was stored unheard of is stored again under the same ids: none twice, none lost",
)
def test_what_was_stored_over_a_network_that_loses_answers_is_there_once(
    running: tuple[Server, Ledger], proxy: FaultProxy, store: QdrantVectorStore
) -> None:
    started, ledger = running
    (name,) = (one for one in store.collections() if not one.endswith("words"))
    before = sum(store.generations(name).values())
    canary = next_of(ledger)
    proxy.suffer(LOSES_ANSWERS)
    document = ledger.hand_in(started.http, canary)
    wait_for(lambda: sum(store.generations(name).values()) >= before + canary.n_pages)
    found = started.http.get(f"{DOCUMENTS}/{document}").raise_for_status().json()
    assert found["state"] == "processing"
    proxy.suffer(PASS)
    ledger.check(started.http)
