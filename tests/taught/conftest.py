"""The taught model and what it makes of held-out pages, once for all tests beside this file."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.records import RowChoice
from tests.devices import DEVICES
from tools.teach.examine import Outcome, Task, examine, held_out

FOLDER = Path(__file__).parent / "checkpoint"


@pytest.fixture(scope="session", params=DEVICES)
def taught(request: pytest.FixtureRequest) -> Callable[[RowChoice], VisualEncoder]:
    """An encoder of the taught model, opened with its proof, by the rows that pages get."""

    @cache
    def opened(rows: RowChoice) -> VisualEncoder:
        return VisualEncoder.open(Source(str(FOLDER)), rows=rows, device=request.param, batch=8)

    return opened


@pytest.fixture(scope="session")
def tasks() -> list[Task]:
    """Two hundred held-out pages, each with a question."""
    return held_out()


@pytest.fixture(scope="session")
def outcomes(
    taught: Callable[[RowChoice], VisualEncoder], tasks: list[Task]
) -> Callable[[RowChoice], list[Outcome]]:
    """What became of the questions, by the rows that pages get."""

    @cache
    def examined(rows: RowChoice) -> list[Outcome]:
        return examine(taught(rows), tasks)

    return examined
