"""Kills a server again and again while it is used, and looks after each time what is lost.

    python -m tests.faults.torture --kills 250

Odd lives end at a point of their work, or in the middle of taking up what the last one left; even
ones finish that, are checked by the oracle every third time, used, and end at any moment; every
fifth death is that of its PostgreSQL, too. Whose request gets no answer makes it again in the next
life, as a client does.
"""

import argparse
import logging
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import monotonic, sleep

import httpx

from index.faults import POINTS, VARIABLE
from ingest.pipeline import CHUNK_PAGES
from tests.faults.canaries import Canary
from tests.faults.oracle import DOCUMENTS, Ledger, make_collection, search, wait_until_idle
from tests.faults.processes import Server, kill_postgres, server

REACHED = [point for point in POINTS if not point.startswith(("rebuild", "fill"))]
KEPT = 6
REMEMBERED = 4
CHECKED_EVERY = 3
LIFE_S = 20.0
Redo = Callable[[], None]
logger = logging.getLogger(__name__)


class Torture:
    """A server's lives.

    Args:
        running: the server, not started.
        drawn: what happens when.

    Attributes:
        told: how often which thing happened.
    """

    def __init__(self, running: Server, drawn: Random) -> None:
        self.running = running
        self.http = running.http
        self.told: Counter[str] = Counter()
        self._drawn = drawn
        self._ledger = Ledger()
        self._unanswered: list[Redo] = []
        self._n_made = 0

    def run(self, n_kills: int) -> None:
        """Kill so many times, then check a last time."""
        self.running.start()
        make_collection(self.http)
        self.running.kill()
        while self.told["kills"] < n_kills:
            odd = self._drawn.choice([self._die_at_a_point, self._die_in_recovery])
            odd()
            self._die_at_any_moment()
        self.running.start()
        self._check()
        self.running.kill()

    def _die_at_a_point(self) -> None:
        point, nth = self._drawn.choice(REACHED), self._drawn.randint(1, 2)
        self.running.launch(**{VARIABLE: f"{point}:{nth}:kill"})
        self._live(LIFE_S)
        self._die("at a point of its work")

    def _die_in_recovery(self) -> None:
        self.running.launch()
        sleep(self._drawn.uniform(0.5, 4))
        self._die("while it starts and takes up what was left")

    def _die_at_any_moment(self) -> None:
        self.running.start()
        self._settle()
        self.told["lives that finished what was left"] += 1
        if self.told["lives that finished what was left"] % CHECKED_EVERY == 0:
            self._check()
        else:
            wait_until_idle(self.http)
        moment = threading.Timer(self._drawn.uniform(0, 2), self.running.kill)
        moment.start()
        self._live(LIFE_S)
        moment.join()
        self._die("at any moment")

    def _die(self, how: str) -> None:
        """See that it is dead, by now at the latest; now and then its database dies with it."""
        self.told["kills"] += 1
        self.told[how] += 1
        logger.info("%d kills, %d checks", self.told["kills"], self.told["checks"])
        if self.running.is_alive():
            self.running.kill()
        if self.told["kills"] % 5 == 0:
            self.told["with PostgreSQL"] += 1
            kill_postgres(self.running.database())

    def _live(self, at_most_s: float) -> None:
        """Use the server until it dies."""
        end = monotonic() + at_most_s
        while self.running.is_alive() and monotonic() < end:
            try:
                self._settle()
                self._act()
            except (httpx.TransportError, httpx.HTTPStatusError):
                sleep(0.05)

    def _check(self) -> None:
        self._settle()
        self._ledger.check(self.http)
        self.told["checks"] += 1
        for document in list(self._ledger.gone)[:-REMEMBERED]:
            del self._ledger.gone[document]

    def _settle(self) -> None:
        """Ask again what got no answer, as often as it takes."""
        while self._unanswered:
            self._unanswered[0]()
            self._unanswered.pop(0)

    def _act(self) -> None:
        documents = list(self._ledger.accepted)
        deed = self._drawn.random()
        if len(documents) > KEPT or (documents and deed < 0.2):
            self._do(self._deletes(self._drawn.choice(documents)))
        elif documents and deed < 0.35:
            self._do(self._replaces(self._drawn.choice(documents)))
        elif documents and deed < 0.5:
            search(self.http, "Who wrote into the book?")
        else:
            self._do(self._uploads(self._new()))

    def _do(self, deed: Redo) -> None:
        self._unanswered.append(deed)
        self._settle()

    def _new(self) -> Canary:
        self._n_made += 1
        return Canary(self._n_made, self._drawn.choice([1, 1, 1, 2, 2, CHUNK_PAGES + 1]))

    def _uploads(self, canary: Canary) -> Redo:
        def upload() -> None:
            self._ledger.hand_in(self.http, canary)
            self.told["uploads"] += 1

        return upload

    def _deletes(self, document: str) -> Redo:
        def delete() -> None:
            told = self.http.delete(f"{DOCUMENTS}/{document}")
            if told.status_code != 404:  # the one without an answer was heard
                told.raise_for_status()
            self._ledger.gone[document] = self._ledger.accepted.pop(document)
            self.told["deletions"] += 1

        return delete

    def _replaces(self, document: str) -> Redo:
        before = self._ledger.accepted[document]
        canary = Canary(before.number, before.n_pages, before.edition + 1)

        def replace() -> None:
            wait_until_idle(self.http)  # a document that is worked on is not replaced
            sent = {"file": (canary.name, canary.content)}
            self.http.put(f"{DOCUMENTS}/{document}", files=sent).raise_for_status()
            self._ledger.accepted[document] = canary
            self.told["replacements"] += 1

        return replace


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="kill a server again and again")
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--seed", type=int, default=8)
    asked = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s")
    logger.setLevel(logging.INFO)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "data") as running:
        torture = Torture(running, Random(asked.seed))  # noqa: S311  moments, nothing secret
        torture.run(asked.kills)
    for what, often in torture.told.items():
        print(f"{often:6,} {what}")  # noqa: T201  a command
    print("     0 accepted documents lost, 0 pages found twice")  # noqa: T201  else it had failed


if __name__ == "__main__":
    main()
