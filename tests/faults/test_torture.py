"""A few of the deaths of `python -m tests.faults.torture` and `python -m tests.faults.shifts`."""

from pathlib import Path
from random import Random

import pytest

from index.catalog.database import Database
from tests.faults.processes import server
from tests.faults.shifts import Shifts
from tests.faults.torture import Torture

N_KILLS, N_SHIFTS = 6, 30


@pytest.mark.slow
@pytest.mark.faults(
    "SIGKILL at points of the work, at any moment and while starting, of a server in use; every "
    "fifth time of PostgreSQL, too",
    result="no accepted document is lost, none is found twice, none that was deleted comes back",
    tries=N_KILLS,
)
def test_a_server_that_dies_again_and_again_loses_nothing(tmp_path: Path) -> None:
    with server(tmp_path / "data") as running:
        torture = Torture(running, Random(8))  # noqa: S311  moments, nothing secret
        torture.run(N_KILLS)
    assert torture.told["kills"] >= N_KILLS
    assert torture.told["checks"] >= 2


@pytest.mark.slow
@pytest.mark.faults(
    "SIGKILL of a worker that owns its vectors, at points of its work and at any moment",
    result="every accepted document is ready with its pages, each found once; no other point stays",
    tries=N_SHIFTS,
)
def test_workers_that_die_again_and_again_lose_nothing(tmp_path: Path, database: Database) -> None:
    shifts = Shifts(tmp_path, database, Random(8))  # noqa: S311  moments, nothing secret
    shifts.run(N_SHIFTS)
    assert shifts.told["kills"] >= N_SHIFTS
    assert shifts.told["killed at a point of their work"] > 0
