"""A few of the lives and deaths of `python -m tests.faults.torture`."""

from pathlib import Path
from random import Random

import pytest

from tests.faults.processes import server
from tests.faults.torture import Torture

N_KILLS = 6


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
