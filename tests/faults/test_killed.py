"""A server that dies, or is held, at a moment that was chosen; its worker and vectors with it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from index.faults import POINTS, VARIABLE
from ingest.attempts import MAX_ATTEMPTS
from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, Ledger, make_collection, search
from tests.faults.processes import Died, Server, server
from tests.tiny import wait_for

pytestmark = pytest.mark.faults
Deed = Callable[["Home"], None]
ERASURES = "/v1/erasures"
N_FIRST = 4


class Home:
    """A data folder that outlives its servers, and what was handed in."""

    def __init__(self, running: Server) -> None:
        self.running = running
        self.http = running.http
        self.ledger = Ledger()
        self.n_made = 0

    def new(self, n_pages: int = 1) -> Canary:
        """A document that was not handed in yet."""
        self.n_made += 1
        return Canary(self.n_made, n_pages)

    def die_at(self, point: str, deed: Deed, *, nth: int = 1) -> None:
        """Start, do something on whose way the point lies, and see the process die there.

        What was cut off before may pass the point first, even before the server is up.
        """
        with suppress(httpx.TransportError, Died):
            self.running.start(**{VARIABLE: f"{point}:{nth}:kill"})
            deed(self)
        assert self.running.wait_until_dead() == -signal.SIGKILL

    def stop_at(self, point: str, deed: Deed) -> None:
        """Start, do something, and see the whole process held at a point on its way."""
        self.running.start(**{VARIABLE: f"{point}:1:stop"})
        deed(self)
        held = psutil.Process(self.running.process.pid)
        wait_for(lambda: held.status() == psutil.STATUS_STOPPED)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with server(tmp_path_factory.mktemp("killed") / "data") as running:
        running.start()
        make_collection(running.http)
        made = Home(running)
        for _ in range(N_FIRST):
            made.ledger.hand_in(made.http, made.new())
        made.ledger.check(made.http)
        running.kill()
        yield made


def hand_in(home: Home) -> None:
    """Upload; who gets no answer uploads again."""
    canary = home.new()
    try:
        home.ledger.hand_in(home.http, canary)
    except httpx.TransportError:
        home.running.wait_until_dead()
        home.running.start()
        home.ledger.hand_in(home.http, canary)
        home.running.kill()


def hand_in_chunks(home: Home) -> None:
    """Upload more than one chunk."""
    home.ledger.hand_in(home.http, home.new(CHUNK_PAGES + 1))


def delete(home: Home) -> None:
    """Delete a document; without an answer, it is gone or was never asked for."""
    document = next(iter(home.ledger.accepted))
    home.ledger.gone[document] = home.ledger.accepted.pop(document)
    home.http.delete(f"{DOCUMENTS}/{document}").raise_for_status()


def reindex(home: Home) -> None:
    """Have the index built anew beside the one that answers."""
    home.http.post("/v1/collections/default/reindex", json={}).raise_for_status()
    home.running.wait_until_dead()


def erase(home: Home) -> None:
    """Have what was deleted erased from every file."""
    document = home.ledger.hand_in(home.http, home.new())
    home.ledger.check(home.http)
    home.ledger.delete(home.http, document)
    home.http.post(ERASURES, json={}).raise_for_status()


WAYS: dict[str, tuple[Deed, int]] = {
    "upload": (hand_in, 1),
    "job": (hand_in, 1),
    "context": (hand_in, 1),
    "chunk": (hand_in_chunks, 2),
    "garbage": (delete, 1),
    "delete": (delete, 1),
    "rebuild": (reindex, 1),
    "fill": (reindex, 1),
    "erase": (erase, 1),
}


@pytest.mark.faults(
    "SIGKILL of the server, its worker in it, at every point between two steps of its work",
    result="what was accepted becomes ready once, what was deleted stays gone",
)
@pytest.mark.parametrize("point", POINTS)
def test_a_server_that_is_killed_at_a_point_goes_on_where_it_was(home: Home, point: str) -> None:
    deed, nth = WAYS[point.partition(".")[0]]
    home.die_at(point, deed, nth=nth)
    home.running.start()
    if deed is erase:  # what is interrupted is asked for again
        home.http.post(ERASURES, json={}).raise_for_status()
    home.ledger.check(home.http)
    home.running.kill()


@pytest.mark.faults(
    "SIGKILL of everything at once, PostgreSQL too, in the middle of an upload's work",
    result="as above",
)
@pytest.mark.parametrize("point", ["chunk.points_put", "chunk.noted", "job.flushed"])
def test_a_server_that_loses_its_database_with_its_life_goes_on(home: Home, point: str) -> None:
    home.stop_at(point, hand_in)
    home.running.kill_everything()
    home.running.start()
    home.ledger.check(home.http)
    home.running.kill()


@pytest.mark.faults(
    "a document that kills the process each time it is read",
    result=f"given up after {MAX_ATTEMPTS} attempts (`gave_up`); the one behind it becomes ready",
    tries=MAX_ATTEMPTS,
)
def test_a_document_that_always_kills_is_given_up_and_holds_nobody_up(home: Home) -> None:
    kills = {VARIABLE: "chunk.read::kill"}
    poison, behind = home.new(), home.new()
    home.running.start(**kills)
    poisoned = home.ledger.hand_in(home.http, poison)
    home.running.wait_until_dead()
    for _ in range(MAX_ATTEMPTS - 1):
        home.running.launch(**kills)
        assert home.running.wait_until_dead() == -signal.SIGKILL
    home.running.start(**kills)
    home.ledger.check(home.http, but={poisoned: "gave_up"})
    home.ledger.hand_in(home.http, behind)
    home.running.wait_until_dead()
    home.running.start()
    home.ledger.check(home.http, but={poisoned: "gave_up"})
    home.ledger.delete(home.http, poisoned)
    home.running.kill()


@pytest.mark.faults(
    "SIGSTOP in the middle of a chunk, SIGCONT later",
    result="no other process gets the folder meanwhile; the work goes on and is done once",
)
def test_a_server_that_is_held_keeps_its_folder_and_goes_on(home: Home, tmp_path: Path) -> None:
    home.stop_at("chunk.points_put", hand_in)
    with server(tmp_path / "other") as other:
        other.launch(PAGESIGHT_DATA=str(home.running.folder))
        assert other.wait_until_dead() == 1
        assert "owns" in other.last_said()
    home.running.signal(signal.SIGCONT)
    home.ledger.check(home.http)
    home.running.kill()


@pytest.mark.faults(
    "SIGKILL in the middle of an upload's body",
    result="nothing of half a file; the next process finds what was there",
)
def test_half_an_upload_leaves_nothing(home: Home) -> None:
    home.running.start()
    canary = home.new()
    whole = httpx.Request("POST", home.running.url, files={"file": ("x.pdf", canary.content)})
    body, head = whole.read(), whole.headers["content-type"]
    with suppress(httpx.TransportError):
        home.http.post(DOCUMENTS, headers={"content-type": head}, content=_breaks_off(home, body))
    home.running.start()
    assert canary.name not in {hit["name"] for hit in search(home.http, canary.words[0])}
    home.ledger.check(home.http)
    assert list((home.running.folder / "blobs" / "incoming").iterdir()) == []
    home.running.kill()


def _breaks_off(home: Home, body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    home.running.kill()
    yield body[len(body) // 2 :]
