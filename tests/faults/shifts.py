"""Kills a worker that owns its vectors again and again, and looks what is lost.

    python -m tests.faults.shifts --kills 250

Every shift hands documents in, deletes one, and indexes; it ends at a point of the work or at any
moment. After two of them the next owner finishes what was left, and everything is looked at: what
was accepted is ready with its pages and found by its own words, and no other point is there.
"""

import argparse
import logging
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from uuid import UUID

import psycopg

from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Document
from index.faults import POINTS, VARIABLE
from ingest.pipeline import CHUNK_PAGES
from retrieval.hits import SearchQuery
from tests.faults.canaries import Canary
from tests.faults.processes import FORKING
from tests.faults.worker import Shift, work
from tests.tiny import HashedWords, settings

REACHED = [point for point in POINTS if not point.startswith(("rebuild", "fill", "read", "erase"))]
KEPT = 8
SHIFT_S = 30.0
MOMENT_S = 1.5
SIGKILLED = -9
logger = logging.getLogger(__name__)


class Shifts:
    """The shifts of workers on one data folder.

    Args:
        folder: where the data and the notes go.
        database: migrated, and empty.
        drawn: what happens when.

    Attributes:
        told: how often which thing happened.
    """

    def __init__(self, folder: Path, database: Database, drawn: Random) -> None:
        self.told: Counter[str] = Counter()
        self._data, self._notes = folder / "data", folder / "notes"
        self._database = database
        self._url = database.engine.url.render_as_string(hide_password=False)
        self._drawn = drawn
        self._sent: dict[int, Canary] = {}
        self._kept: set[UUID] = set()
        self._deleted: set[UUID] = set()
        self._doubtful: set[UUID] = set()

    def run(self, n_kills: int) -> None:
        """Kill so many workers."""
        with closing(self._open()) as service:
            service.create_collection("default")
        while self.told["kills"] < n_kills:
            for end in (self._at_a_point, self._at_any_moment):
                end()
            self._check()

    def _at_a_point(self) -> None:
        point, nth = self._drawn.choice(REACHED), self._drawn.randint(1, 2)
        shift = self._shift({VARIABLE: f"{point}:{nth}:kill"})
        self._work(shift, "at a point of their work", kill_after_s=SHIFT_S)

    def _at_any_moment(self) -> None:
        moment = self._drawn.uniform(0, MOMENT_S)
        self._work(self._shift({}), "at any moment", kill_after_s=moment)

    def _shift(self, variables: dict[str, str]) -> Shift:
        n_pages = self._drawn.choice([1, 2, CHUNK_PAGES + 1])
        first = len(self._sent) + 1
        arrivals = [Canary(number, n_pages) for number in (first, first + 1)]
        self._sent |= {canary.number: canary for canary in arrivals}
        sure = sorted(self._kept - self._doubtful)
        deletions = sure[: max(len(sure) - KEPT, 1)]
        self._doubtful.update(deletions)
        return Shift(self._data, self._url, arrivals, deletions, self._notes, variables)

    def _work(self, shift: Shift, how: str, *, kill_after_s: float) -> None:
        process = FORKING.Process(target=work, args=[shift])
        process.start()
        process.join(kill_after_s)
        if process.exitcode is None:
            process.kill()
        process.join()
        if process.exitcode == SIGKILLED:
            self.told["kills"] += 1
            self.told[f"killed {how}"] += 1
        else:
            assert process.exitcode == 0, "the worker failed; it says why above"
            self.told["were done before"] += 1
        self._take_notes()

    def _take_notes(self) -> None:
        """Learn what the worker was told that is done, before it died."""
        for line in self._notes.read_text("utf-8").splitlines() if self._notes.exists() else ():
            done, *what = line.split()
            if done == "accepted":
                self._kept.add(UUID(what[-1]))
                self.told["documents accepted"] += 1
            else:
                self._deleted.add(UUID(what[-1]))
                self.told["documents deleted"] += 1
        self._notes.unlink(missing_ok=True)

    def _check(self) -> None:
        """Finish what was left, and look at everything."""
        with closing(self._open()) as service:
            service.worker.run_until_empty()
            service.indexer.collector.collect()
            here = service.catalog.documents("default", limit=1000)
            found = {document.id for document in here}
            assert self._kept - self._doubtful <= found, "an accepted document is lost"
            assert not self._deleted & found, "a deleted document is back"
            for document in here:
                self._check_document(service, document)
            n_pages = sum(document.n_pages for document in here)
            assert n_points(service, self._database) == n_pages, "points of nothing, or too few"
        self._kept, self._doubtful = found, set()
        self.told["checks"] += 1
        logger.info("%d kills, %d checks", self.told["kills"], self.told["checks"])

    def _check_document(self, service: Service, document: Document) -> None:
        canary = self._sent[int(document.name.removeprefix("canary-").removesuffix(".pdf"))]
        assert (document.state, document.n_pages) == ("ready", canary.n_pages)
        for number, word in enumerate(canary.words, 1):
            first, *others = service.search("default", SearchQuery(word, limit=100)).hits
            assert (first.document, first.page) == (document.id, number)
            assert (first.document, first.page) not in [(o.document, o.page) for o in others]

    def _open(self) -> Service:
        chosen = settings(self._data, database_url=self._url)
        return Service.build(chosen, encoder=HashedWords())


def n_points(service: Service, database: Database) -> int:
    """The points of every generation that was ever made."""
    store = service.catalog.collection("default").store
    with psycopg.connect(database.conninfo) as connection:
        ever = connection.execute("SELECT generation FROM jobs").fetchall()
    return sum(service.vectors.count_pages(store, generation) for (generation,) in ever)


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="kill a worker again and again")
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--seed", type=int, default=8)
    asked = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s")
    logger.setLevel(logging.INFO)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with closing(Database.open(None, folder=folder / "postgres")) as database:
            shifts = Shifts(folder, database, Random(asked.seed))  # noqa: S311
            shifts.run(asked.kills)
    for what, often in shifts.told.items():
        print(f"{often:6,} {what}")  # noqa: T201  a command
    print("     0 documents lost, 0 pages found twice, 0 points of nothing")  # noqa: T201  else it had failed


if __name__ == "__main__":
    main()
