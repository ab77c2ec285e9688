import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from index.catalog.database import Database
from index.catalog.postmaster import NOTE, READY, settle

OPENS = """
import sys
from pathlib import Path
from index.catalog.database import Database

Database.open(None, folder=Path(sys.argv[1])).close()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a PostgreSQL runs."""
    with closing(Database.open(None, folder=tmp_path / "postgres")):
        yield tmp_path / "postgres"


def rewrite(note: Path, before: str, after: str) -> None:
    note.write_text(note.read_text("utf-8").replace(before, after), "utf-8")


def opened_elsewhere(folder: Path) -> None:
    told = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}  # noqa: TID251  a child's
    command = [sys.executable, "-c", OPENS, str(folder)]
    subprocess.run(command, env=told, check=True)  # noqa: S603  our own program


def test_a_server_that_a_killed_process_was_starting_is_waited_for(folder: Path) -> None:
    note = folder / NOTE
    rewrite(note, READY, "starting")
    threading.Timer(1.0, rewrite, [note, "starting", READY]).start()
    opened_elsewhere(folder)
    assert READY in note.read_text("utf-8")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("4194305\n", id="half a note"),
        pytest.param(f"{os.getpid()}\n" + "x\n" * 6 + f"{READY}\n", id="another's process id"),
    ],
)
def test_the_note_of_a_dead_server_is_dropped_and_a_new_one_started(
    tmp_path: Path, lines: str
) -> None:
    folder = tmp_path / "postgres"
    Database.open(None, folder=folder).close()
    (folder / NOTE).write_text(lines, "utf-8")
    with closing(Database.open(None, folder=folder)):
        first = (folder / NOTE).read_text("utf-8").splitlines()[0]
        assert psutil.Process(int(first)).name() == "postgres"


def test_a_folder_without_a_server_is_let_alone(tmp_path: Path) -> None:
    settle(tmp_path)
    assert list(tmp_path.iterdir()) == []
