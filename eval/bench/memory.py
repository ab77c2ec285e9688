"""Peak memory of ingest: a long document must not need more than a short one."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from eval.bench.pdf import plain_pdf
from index.errors import PagesightError


@dataclass(frozen=True, slots=True)
class IngestCost:
    """What ingesting one document cost a fresh process.

    Attributes:
        peak_mib: largest resident memory of the process and of any child it waited for.
    """

    n_pages: int
    peak_mib: float
    wall_s: float
    cpu_s: float


def measure_ingest(n_pages: int) -> IngestCost:
    """Ingest a document of `n_pages` pages in a process of its own.

    Raises:
        PagesightError: the ingest failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{n_pages}-pages.pdf"
        path.write_bytes(plain_pdf(n_pages, seed=n_pages))
        command = [sys.executable, "-m", "api.cli", "ingest", str(path), "--data", f"{folder}/data"]
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  our own command
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise PagesightError(f"ingest of {n_pages} pages ended with {child.returncode}")
        wall_s = time.monotonic() - started
    cpu_s = used.ru_utime + used.ru_stime
    return IngestCost(n_pages, used.ru_maxrss / 1024, wall_s, cpu_s)
