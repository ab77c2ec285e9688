"""The bucket goes away, is slow or breaks off under a server that lives on."""

from collections.abc import Iterator
from time import monotonic

import httpx
import pytest

from index.blobs.s3 import Bucket
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, Ledger, begun, search, upload
from tests.faults.processes import Server, server
from tests.faults.proxy import (
    BLACK_HOLE,
    DROP,
    PASS,
    RESET,
    FaultProxy,
    Trouble,
    cut,
    delay,
    proxied,
    trickle,
)
from tests.tiny import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("well_again")]
TROUBLES = {"down": DROP, "resetting": RESET, "breaking off": cut(40), "silent": BLACK_HOLE}
TIMEOUT_S = 3
BOUND_S = 30.0
SLOWNESS = {"slow": delay(0.05), "a trickle": trickle(4096, 0.002)}


@pytest.fixture(scope="module")
def proxy(s3_server: Bucket) -> Iterator[FaultProxy]:
    where = httpx.URL(str(s3_server.endpoint))
    with proxied((where.host, where.port or 0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def running(
    s3_server: Bucket, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Ledger]]:
    there = {
        "PAGESIGHT_BLOBS": f"{s3_server.url}/faults",
        "PAGESIGHT_S3_ENDPOINT": f"http://127.0.0.1:{proxy.port}",
        "PAGESIGHT_S3_KEY_ID": s3_server.key_id,
        "PAGESIGHT_S3_SECRET": s3_server.secret,
        "PAGESIGHT_S3_TIMEOUT_S": str(TIMEOUT_S),
    }
    with server(tmp_path_factory.mktemp("bucket") / "data", **there) as started:
        yield started, begun(started)


def next_of(ledger: Ledger) -> Canary:
    return Canary(len(ledger.accepted))


@pytest.mark.faults(
    "the bucket is down, resets connections, breaks off in every answer, or says nothing any more, "
    "in the middle of an upload's work",
    result="uploads and page images are refused with 503 `blob_store_unavailable` in a bounded "
    "time, never 404; searches find as before; the work waits and is done when the bucket is back",
)
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_bucket_that_is_away_is_told_and_waited_for(
    running: tuple[Server, Ledger], proxy: FaultProxy, trouble: Trouble
) -> None:
    started, ledger = running
    http, first = started.http, next(iter(ledger.accepted))
    ledger.hand_in(http, next_of(ledger))
    late = next_of(ledger)
    proxy.suffer(trouble)
    since = monotonic()
    refused = upload(http, late)
    picture = http.get(f"{DOCUMENTS}/{first}/pages/1/image")
    found = search(http, ledger.accepted[first].words[0])
    assert monotonic() - since < BOUND_S
    proxy.suffer(PASS)
    for told in (refused, picture):
        assert (told.status_code, told.json()["code"]) == (503, "blob_store_unavailable")
    assert found[0]["document"] == first
    wait_for(started.is_ready, at_most_s=60)
    ledger.hand_in(http, late)
    ledger.check(http)


@pytest.mark.faults(
    "the bucket takes 50 ms longer for every packet, or sends four kilobytes at a time",
    result="slower, and all of it right",
)
@pytest.mark.parametrize("trouble", SLOWNESS.values(), ids=SLOWNESS)
def test_a_slow_bucket_only_takes_longer(
    running: tuple[Server, Ledger], proxy: FaultProxy, trouble: Trouble
) -> None:
    started, ledger = running
    proxy.suffer(trouble)
    ledger.hand_in(started.http, next_of(ledger))
    ledger.check(started.http)
