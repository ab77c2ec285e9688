"""Four times more than the service can answer: what comes through, and who suffers.

Goodput is what is answered with 200, a second. The peak is that of clients that each wait for an
answer, of as many as get most; the crowd then sends four times as much, and does not wait. Another
tenant asks now and then, alone and beside that crowd. All four take turns for some rounds, so that
whatever else the machine does hits all of them alike; a figure is a ratio within a round. Who sends
does so from a process of its own.
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from api.client.desk import RemoteDesk
from api.commands.ingest import ingest_files
from api.door.turns import MOMENT_S
from api.schemas import NewCollection
from api.settings import Settings
from eval.bench.load import Outcome, Target, send_closed, send_open
from eval.bench.measuring import Spread
from eval.bench.service import COLLECTION, Server, serving
from eval.datasets.base import EvalSet
from index.catalog.accounts import NewKey
from index.catalog.database import Database
from index.catalog.keys import Keys

CLIENTS = (1, 2, 4, 8, 16, 32)
TIMES = 4
PAUSE_S = 0.1
LOUD, QUIET = "loud", "quiet"


@dataclass(frozen=True, slots=True)
class Round:
    """What became of each load of a round.

    Attributes:
        peak: the loud tenant's clients, each waiting for its answer.
        flood: the loud tenant, four times as much.
        alone: the quiet tenant.
        beside: the quiet tenant beside another flood.
    """

    peak: Outcome
    flood: Outcome
    alone: Outcome
    beside: Outcome

    @property
    def kept(self) -> float:
        """Share of the peak that is left of the goodput."""
        return self.flood.goodput / self.peak.goodput

    @property
    def times_slower(self) -> float:
        """How much slower the quiet tenant's p95 is beside the flood."""
        return p95(self.beside.took_ms) / p95(self.alone.took_ms)


@dataclass(frozen=True, slots=True)
class OverloadFigures:
    """What overload did.

    Attributes:
        n_clients: that the peak takes.
        rounds: each with all loads.
        cores: of the machine.
        load: its load average at the end; this measurement is part of it.
    """

    n_clients: int
    rounds: list[Round]
    cores: int
    load: float

    @property
    def peak(self) -> Spread:
        """Goodput at its best, requests a second."""
        return Spread.of([one.peak.goodput for one in self.rounds])

    @property
    def goodput(self) -> Spread:
        """Goodput in the flood, likewise."""
        return Spread.of([one.flood.goodput for one in self.rounds])

    @property
    def kept(self) -> Spread:
        """Share of the peak that is left of the goodput."""
        return Spread.of([one.kept for one in self.rounds])

    @property
    def times_slower(self) -> Spread:
        """How much slower the quiet tenant's p95 of a round is beside the flood."""
        return Spread.of([one.times_slower for one in self.rounds])

    @property
    def peak_ms(self) -> Spread:
        """CPU time of the server for an answer at the peak: what else runs changes it little."""
        return Spread.of([one.peak.answer_ms for one in self.rounds])

    @property
    def flood_ms(self) -> Spread:
        """The same in the flood, with what the refused requests cost."""
        return Spread.of([one.flood.answer_ms for one in self.rounds])

    @property
    def statuses(self) -> dict[int, int]:
        """How often each was answered in the floods."""
        every = Counter(chain.from_iterable(one.flood.statuses for one in self.rounds))
        return dict(sorted(every.items()))

    @property
    def alone_ms(self) -> list[float]:
        """What the quiet tenant waited alone."""
        return [*chain.from_iterable(one.alone.took_ms for one in self.rounds)]

    @property
    def beside_ms(self) -> list[float]:
        """What it waited beside a flood."""
        return [*chain.from_iterable(one.beside.took_ms for one in self.rounds)]

    @property
    def n_refused(self) -> int:
        """How many of the quiet tenant's requests were not answered beside a flood."""
        return sum(len(one.beside.statuses) - len(one.beside.took_ms) for one in self.rounds)

    @property
    def sender_cores(self) -> float:
        """Cores that sending the floods took."""
        floods = [one.flood for one in self.rounds]
        return sum(one.cpu_s for one in floods) / sum(one.seconds for one in floods)


def measure_overload(golden: EvalSet, *, seconds: float, rounds: int) -> OverloadFigures:
    """Serve a golden set's documents and send more searches than can be answered.

    Args:
        golden: documents.
        seconds: of the peak and of the flood; the quiet tenant asks for twice as long.
        rounds: how often each load is sent.
    """
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        loud, quiet = _keys(Path(folder) / "data")
        with closing(RemoteDesk.connect(server.url, loud)) as desk:
            wanted = NewCollection(name=COLLECTION, visibility="public")
            ingest_files(desk, wanted, golden.corpus, metadata={})
        with _senders() as (crowd, asker):
            targets = _target(server, loud), _target(server, quiet)
            loads = _Loads(crowd, asker, server, *targets, seconds)
            loads.closed(2)  # lets the server open what it opens once
            n_clients = max(CLIENTS, key=lambda n: loads.closed(n).goodput)
            done = [loads.round(n_clients) for _ in range(rounds)]
    return OverloadFigures(n_clients, done, os.cpu_count() or 1, os.getloadavg()[0])


def p95(took_ms: Sequence[float]) -> float:
    """Return what 95 of 100 were faster than."""
    return float(np.percentile(took_ms, 95))


def _keys(data: Path) -> list[str]:
    """Make a key of each tenant, as `pagesight keys create` does beside a server."""
    opened = Database.open(Settings(data=data).database_url, folder=data / "postgres")
    with closing(opened) as database:
        keys = Keys(database.engine)
        return [keys.issue(NewKey(tenant, tenant))[1] for tenant in (LOUD, QUIET)]


def _target(server: Server, key: str) -> Target:
    path = f"/v1/collections/{LOUD}.{COLLECTION}/search"
    return Target(urlsplit(server.url).port or 0, path, key)


@contextmanager
def _senders() -> Iterator[tuple[ProcessPoolExecutor, ProcessPoolExecutor]]:
    """Start two processes to send from, which share no interpreter and no question."""
    new = get_context("spawn")
    with ProcessPoolExecutor(1, new) as crowd, ProcessPoolExecutor(1, new) as asker:
        yield crowd, asker


@dataclass(frozen=True, slots=True)
class _Loads:
    """Sends the loads of a round, each from the process of its tenant."""

    crowd: ProcessPoolExecutor
    asker: ProcessPoolExecutor
    server: Server
    loud: Target
    quiet: Target
    seconds: float

    def closed(self, n_clients: int) -> Outcome:
        return self._looked_at(self.crowd.submit(send_closed, self.loud, n_clients, self.seconds))

    def round(self, n_clients: int) -> Round:
        time.sleep(MOMENT_S)  # so that no place is kept for the quiet one of the round before
        peak = self.closed(n_clients)
        rate, longer = TIMES * peak.goodput, 2 * self.seconds
        flood = self._looked_at(self.crowd.submit(send_open, self.loud, rate, self.seconds))
        ask = partial(send_closed, self.quiet, 1, longer, pause_s=PAUSE_S)
        alone = self.asker.submit(ask).result()
        flooding = self.crowd.submit(send_open, self.loud, rate, longer)
        beside = self.asker.submit(ask).result()
        flooding.result()
        return Round(peak, flood, alone, beside)

    def _looked_at(self, sending: Future[Outcome]) -> Outcome:
        """Wait for a load, and see what it costs the server."""
        before = self.server.cpu_ms()
        outcome = sending.result()
        return replace(outcome, server_ms=self.server.cpu_ms() - before)
