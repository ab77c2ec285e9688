"""Work that another one takes over, and more of it than is taken in."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from psycopg.conninfo import make_conninfo

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from ingest.jobs import JobQueue
from ingest.workers import Worker
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.faults.canaries import Canary, canaries
from tests.faults.oracle import Ledger, make_collection, upload
from tests.faults.proxy import BLACK_HOLE, Trouble, delay, proxied_database
from tests.serving import served
from tests.tiny import HashedWords, wait_for

pytestmark = pytest.mark.faults
N_QUEUED = 3
HELD_S = 60.0


class Held:
    """Holds the first batches of pages, each until it is let go, as if its process was stopped."""

    def __init__(self, n_batches: int) -> None:
        self.reached = [threading.Event() for _ in range(n_batches)]
        self.go_on = [threading.Event() for _ in range(n_batches)]
        self._batches = iter(range(n_batches))

    def __call__(self, _: int) -> None:
        batch = next(self._batches, None)
        if batch is not None:
            self.reached[batch].set()
            assert self.go_on[batch].wait(HELD_S)


@pytest.mark.faults(
    "a worker is held in the middle of a chunk; another one takes the job over; then the first one "
    "goes on, and the other one after it",
    result="what the first one does from then on changes nothing: the document is ready when the "
    "other one is done, with one point for each page",
)
def test_a_worker_that_was_overtaken_changes_nothing(
    service: Service, encoder: HashedWords
) -> None:
    encoder.before_pages = held = Held(2)
    canary = Canary(1, 2)
    service.create_collection("default")
    document, job = service.upload("default", canary.name, [canary.content], {})
    assert job is not None
    zombie, heir = (threading.Thread(target=service.indexer.run, args=[job.id]) for _ in range(2))
    for worker, reached in zip((zombie, heir), held.reached, strict=True):
        worker.start()
        assert reached.wait(HELD_S)
    held.go_on[0].set()
    zombie.join()
    assert service.catalog.document("default", document.id).state == "processing"
    assert service.catalog.pages(job.generation) == []
    held.go_on[1].set()
    heir.join()
    assert service.catalog.document("default", document.id).state == "ready"
    store = service.catalog.collection("default").store
    assert service.vectors.count_pages(store, job.generation) == canary.n_pages
    hits = service.search("default", SearchQuery("island", limit=100)).hits
    assert sorted(hit.page for hit in hits) == [1, 2]


@pytest.fixture
def narrow(database: Database, data_folder: Path) -> Iterator[Service]:
    """A service that takes few documents in, and does not work on them by itself."""
    opened = open_service(data_folder, database, HashedWords(), max_queued=N_QUEUED)
    yield opened
    opened.close()


@pytest.mark.faults(
    "more files are handed in than may wait",
    result="refused with 503 and `Retry-After`; reads and deletions go on; taken in once there is "
    "room",
)
def test_a_full_queue_refuses_files_and_nothing_else(narrow: Service) -> None:
    ledger = Ledger()
    with (
        served(create_app(narrow, work=False)) as url,
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        make_collection(http)
        for canary in canaries(N_QUEUED):
            first = ledger.hand_in(http, canary)
        told = upload(http, Canary(N_QUEUED))
        assert told.status_code == 503
        assert "retry-after" in told.headers
        ledger.delete(http, first)
        ledger.hand_in(http, Canary(N_QUEUED))
        narrow.worker.run_until_empty()
        ledger.check(http)


@pytest.mark.parametrize("trouble", [delay(0.1), BLACK_HOLE], ids=["slow", "silent"])
@pytest.mark.faults(
    "a worker is told to end while its connections to a slow or silent database are made",
    result="it ends",
)
def test_a_worker_that_is_stopped_while_it_connects_ends(
    database: Database, trouble: Trouble
) -> None:
    with proxied_database(database) as proxy:
        proxy.suffer(trouble)
        far = make_conninfo(database.conninfo, host="127.0.0.1", port=proxy.port)
        worker = Worker(JobQueue(far), [], exclusive=True)
        worker.start()
        wait_for(lambda: proxy.n_connections == 1)
        stopping = threading.Thread(target=worker.stop, daemon=True)
        stopping.start()
        stopping.join(HELD_S)
        assert not stopping.is_alive()
