"""Callers at once: the same file many times, a deletion during ingest, a replacement under eyes."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from index.errors import DocumentNotFound
from retrieval.hits import SearchQuery
from tests.faults.canaries import Canary
from tests.faults.oracle import Ledger, documents, upload
from tests.faults.shifts import n_points
from tests.serving import served
from tests.tiny import HashedWords, index, wait_for

pytestmark = pytest.mark.faults
N_AT_ONCE, N_TIMES = 50, 3
N_DELETIONS, N_READS = 500, 10_000
N_PAGES = 3
HELD_S = 60.0
BOTH = "Who wrote into the book of the island?"


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    service.create_collection("default")
    app = create_app(service)
    limits = httpx.Limits(max_connections=N_AT_ONCE)
    with served(app) as url, httpx.Client(base_url=url, timeout=60, limits=limits) as client:
        yield client


@pytest.mark.faults(
    f"{N_AT_ONCE} uploads of the same file at once, {N_TIMES} times over",
    result="one document, one job, one point for each page",
    tries=N_AT_ONCE * N_TIMES,
)
def test_a_storm_of_the_same_file_is_one_document(
    http: httpx.Client, service: Service, encoder: HashedWords, database: Database
) -> None:
    canary, ledger, encoded = Canary(1, 2), Ledger(), Counter[int]()
    encoder.before_pages = lambda n_pages: encoded.update([n_pages])
    with ThreadPoolExecutor(N_AT_ONCE) as senders:
        for _ in range(N_TIMES):
            told = list(senders.map(lambda _: upload(http, canary), range(N_AT_ONCE)))
            taken = [one.json()["document"]["id"] for one in told if one.is_success]
            assert {one.status_code for one in told} <= {200, 202, 503}  # 503: the line is full
            ledger.accepted |= dict.fromkeys(taken, canary)
    ledger.check(http)
    assert len(documents(http)) == len(ledger.accepted) == 1
    assert len(service.ledger.jobs("default")) == 1
    assert n_points(service, database) == canary.n_pages
    assert encoded == {canary.n_pages: 1}


class Moments:
    """Deletes what was just handed in: at any moment, as its rows are made, when it is ready."""

    def __init__(self, service: Service, encoder: HashedWords) -> None:
        self.service = service
        self.drawn = Random(8)  # noqa: S311  moments, nothing secret
        self.encodes, self.deleted = threading.Event(), threading.Event()
        encoder.before_pages = self._hold

    def meet(self, canary: Canary) -> UUID:
        """Hand a document in and delete it; returns its id."""
        self.encodes.clear()
        self.deleted.clear()
        document, job = self.service.upload("default", canary.name, [canary.content], {})
        assert job is not None
        self._wait(canary.number % 4, job.id)
        self.service.delete_document("default", document.id)
        self.deleted.set()
        return document.id

    def _wait(self, kind: int, job: UUID) -> None:
        if kind == 0:
            self.deleted.set()  # nothing is held
            wait_for(lambda: self.service.ledger.job(job).state == "done", at_most_s=HELD_S)
        elif kind == 1:
            assert self.encodes.wait(HELD_S)
        else:
            self.encodes.wait(self.drawn.uniform(0, 0.3))

    def _hold(self, _: int) -> None:
        self.encodes.set()
        assert self.deleted.wait(HELD_S)


@pytest.mark.slow
@pytest.mark.faults(
    "a deletion at any moment of a document's ingest",
    result="the deletion wins: nothing of it is read again, none of its points or blobs stay",
    tries=N_DELETIONS,
)
def test_a_deletion_wins_over_the_ingest_that_it_meets(
    service: Service, database: Database, encoder: HashedWords
) -> None:
    index(service, "stays.pdf", Canary(0).content)
    moments, ended = Moments(service, encoder), Counter[str]()
    service.worker.start()
    for number in range(1, N_DELETIONS + 1):
        gone = moments.meet(Canary(number))
        with pytest.raises(DocumentNotFound):
            service.catalog.document("default", gone)
    wait_for(lambda: not service.ledger.open_jobs(), at_most_s=60)
    service.worker.stop()
    service.indexer.collector.collect()
    hits = service.search("default", SearchQuery(BOTH, limit=100)).hits
    assert {hit.name for hit in hits} == {"stays.pdf"}
    assert n_points(service, database) == 1
    assert kept_blobs(service) == 3  # the file, and a picture and the words of its page
    ended.update(job.state for job in service.ledger.jobs("default", limit=1000))
    assert ended["done"] > N_DELETIONS // 10, "too few came after the end of an ingest"
    assert ended["cancelled"] > N_DELETIONS // 10, "too few came in the middle of one"


def kept_blobs(service: Service) -> int:
    folder = service.settings.data / "blobs"
    return sum(path.is_file() for path in folder.rglob("*"))


class Reader:
    """Searches until it has done so often enough, and counts what it saw.

    Attributes:
        seen: by the editions that had pages among the hits, and the number of the hits.
    """

    def __init__(self, service: Service, n_reads: int) -> None:
        self.service = service
        self.n_left = n_reads
        self.seen: Counter[tuple[frozenset[UUID], int]] = Counter()
        self._counting = threading.Lock()

    def read(self) -> None:
        """Ask, again and again, what every page of the document fits."""
        while self._takes_one():
            hits = self.service.search("default", SearchQuery(BOTH, limit=10)).hits
            with self._counting:
                self.seen[frozenset(hit.generation for hit in hits), len(hits)] += 1

    def _takes_one(self) -> bool:
        with self._counting:
            self.n_left -= 1
            return self.n_left >= 0


@pytest.mark.slow
@pytest.mark.faults(
    "searches while the document that they find is replaced, again and again",
    result="every search sees all pages of one edition, and never none, some, or two editions",
    tries=N_READS,
)
def test_a_reader_sees_all_of_the_old_or_all_of_the_new(service: Service) -> None:
    document = UUID(index(service, "canary-1.pdf", Canary(1, N_PAGES).content))
    reader = Reader(service, N_READS)
    threads = [threading.Thread(target=reader.read) for _ in range(2)]
    for thread in threads:
        thread.start()
    edition = 0
    while any(thread.is_alive() for thread in threads):
        edition += 1
        content = Canary(1, N_PAGES, edition % 400).content
        service.replace("default", document, "canary-1.pdf", [content])
        service.worker.run_until_empty()
    assert sum(reader.seen.values()) == N_READS
    assert {len(editions) for editions, _ in reader.seen} == {1}, "two editions at once, or none"
    assert {n_hits for _, n_hits in reader.seen} == {N_PAGES}, "not all of the pages"
    assert len(reader.seen) > 5, "hardly any replacement came between the reads"
