"""Whether memory stays flat while documents come, are searched and go again, for as long as told.

The server is a process of its own. Its resident memory is looked at after each round; what counts
is the line through what was seen after the warm-up (least squares): how much it rises in that time.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.client.desk import RemoteDesk
from api.questions.bodies import SearchRequest
from api.schemas import NewCollection
from eval.bench.pdf import plain_pdf
from eval.bench.service import COLLECTION, Server, serving
from index.errors import PagesightError

WARM_UP = 1 / 3
N_SEARCHES = 10
N_PAGES = 4
KEPT = 5  # documents that are there at a time


@dataclass(frozen=True, slots=True)
class SoakFigures:
    """What became of the server's memory.

    Attributes:
        minutes: how long it went on, the warm-up included.
        n_rounds: documents that came, were searched and went.
        first_mib: the line through the resident memory at the end of the warm-up.
        last_mib: the same line at the end.
        growth: how much of the first the line rises.
        peak_mib: the most that was seen.
    """

    minutes: float
    n_rounds: int
    first_mib: float
    last_mib: float
    growth: float
    peak_mib: float

    @classmethod
    def of(cls, seen: "list[tuple[float, float]]") -> "SoakFigures":
        """Sum up seconds since the beginning and MiB of each round.

        Raises:
            PagesightError: there are too few rounds for a line.
        """
        at, mib = np.array(seen).T  # both (n_rounds,)
        later = at >= at[-1] * WARM_UP
        if later.sum() < 3:
            raise PagesightError(f"{len(seen)} rounds make no line; take more --minutes")
        slope, start = np.polyfit(at[later], mib[later], 1)
        first, last = (float(start + slope * end) for end in (at[later][0], at[-1]))
        growth = (last - first) / first
        return cls(float(at[-1]) / 60, len(seen), first, last, growth, float(mib.max()))


def measure_soak(minutes: float, tell: Callable[[str], object]) -> SoakFigures:
    """Upload, search and delete documents for some minutes.

    Args:
        minutes: how long.
        tell: is told now and then how it goes.
    """
    seen: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        desk = RemoteDesk.connect(server.url)
        desk.ensure_collection(NewCollection(name=COLLECTION))
        documents: list[str] = []
        began = time.monotonic()
        while (passed := time.monotonic() - began) < 60 * minutes:
            documents.append(_upload(desk, Path(folder) / f"{len(seen)}.pdf", seed=len(seen)))
            _search(desk, len(seen))
            if len(documents) > KEPT:
                desk.delete_document(COLLECTION, documents.pop(0))
            seen.append((passed, _resident_mib(server)))
            if len(seen) % 50 == 0:
                tell(f"{passed / 60:.1f} minutes, {len(seen)} rounds, {seen[-1][1]:.0f} MiB")
        desk.close()
    return SoakFigures.of(seen)


def _upload(desk: RemoteDesk, path: Path, *, seed: int) -> str:
    """Hand a document in and wait until it is ready."""
    path.write_bytes(plain_pdf(N_PAGES, seed=seed))
    taken = desk.upload(COLLECTION, path, {})
    path.unlink()
    while taken.job is not None and (job := desk.job(taken.job.id)).state != "done":
        if job.state in ("failed", "cancelled"):
            raise PagesightError(f"the job of round {seed} ended as {job.state}: {job.error}")
        time.sleep(0.05)
    return taken.document.id


def _search(desk: RemoteDesk, n: int) -> None:
    for i in range(N_SEARCHES):
        desk.search(COLLECTION, SearchRequest(query=f"what was sold in region {n} of year {i}"))


def _resident_mib(server: Server) -> float:
    return float(server.process.memory_info().rss) / 2**20
