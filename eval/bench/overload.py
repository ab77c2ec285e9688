"""Four times more than the service can answer: what comes through, and who suffers.

Goodput is what is answered with 200, a second. The peak is the best of some numbers of clients that
each wait for an answer; the crowd then sends four times as much, and does not wait. The quiet
tenant asks now and then, alone and beside that crowd, in turns.
"""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from api.client.desk import RemoteDesk
from api.commands.ingest import ingest_files
from api.schemas import NewCollection
from eval.bench.load import Crowd, Outcome
from eval.bench.service import COLLECTION, serving
from eval.datasets.base import EvalSet

CLIENTS = (2, 4, 8)
TIMES = 4
QUIET = "127.0.0.2"
PAUSE_S = 0.1
TURNS = 3


@dataclass(frozen=True, slots=True)
class OverloadFigures:
    """What overload did.

    Attributes:
        peak: goodput at its best, requests a second.
        offered: to overload it, likewise.
        goodput: then.
        statuses: how often each was answered then, the late ones too.
        quiet_p95_ms: of a quiet tenant alone.
        beside_p95_ms: of that tenant beside the one that sends as much.
        n_quiet: requests of the quiet tenant beside it.
        n_quiet_refused: of these.
    """

    peak: float
    offered: float
    goodput: float
    statuses: dict[int, int]
    quiet_p95_ms: float
    beside_p95_ms: float
    n_quiet: int
    n_quiet_refused: int

    @property
    def kept(self) -> float:
        """Share of the peak that is left of the goodput."""
        return self.goodput / self.peak

    @property
    def times_slower(self) -> float:
        """How much slower the quiet tenant's p95 is beside the other."""
        return self.beside_p95_ms / self.quiet_p95_ms


def measure_overload(golden: EvalSet, *, seconds: float) -> OverloadFigures:
    """Serve a golden set's documents and send more searches than can be answered.

    Args:
        golden: documents.
        seconds: of each load.
    """
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        desk = RemoteDesk.connect(server.url)
        ingest_files(desk, NewCollection(name=COLLECTION), golden.corpus, metadata={})
        desk.close()
        return asyncio.run(_loads(urlsplit(server.url).port or 0, seconds))


async def _loads(port: int, seconds: float) -> OverloadFigures:
    path = f"/v1/collections/{COLLECTION}/search"
    crowd, quiet = Crowd(port, path), Crowd(port, path, QUIET)
    await crowd.closed(2, seconds / 4)  # lets the server open what it opens once
    peak = max([(await crowd.closed(n, seconds)).goodput for n in CLIENTS])
    flooded = await crowd.open(TIMES * peak, seconds)
    alone, beside = [], []
    for _ in range(TURNS):
        alone.append(await quiet.closed(1, seconds, pause_s=PAUSE_S))
        asking = quiet.closed(1, seconds, pause_s=PAUSE_S)
        beside.append((await asyncio.gather(asking, crowd.open(TIMES * peak, seconds)))[0])
    await crowd.close()
    await quiet.close()
    statuses = [*chain.from_iterable(one.statuses for one in beside)]
    return OverloadFigures(
        peak=peak,
        offered=TIMES * peak,
        goodput=flooded.goodput,
        statuses=dict(Counter(flooded.statuses)),
        quiet_p95_ms=_p95(alone),
        beside_p95_ms=_p95(beside),
        n_quiet=len(statuses),
        n_quiet_refused=len(statuses) - statuses.count(200),
    )


def _p95(outcomes: list[Outcome]) -> float:
    return float(np.percentile([*chain.from_iterable(one.took_ms for one in outcomes)], 95))
