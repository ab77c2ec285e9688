"""A process that works on what there is to do, and kills itself at the second chunk of pages.

python -m tests.ingest.dying FOLDER DATABASE_URL
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from api.service import Service
from index.catalog.database import Database
from tests.tiny import HashedWords, settings


def dies_at_its_second_chunk(data_folder: Path, database: Database) -> None:
    """Have another process work, and return when it has killed itself."""
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.ingest.dying", str(data_folder), url]
    died = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])  # noqa: S603  our own
    assert died.returncode == -signal.SIGKILL


def work(data_folder: Path, database_url: str) -> None:
    """Work, with an encoder that counts its chunks, and one for rebuilds."""
    n_chunks = 0

    def die(_: int) -> None:
        nonlocal n_chunks
        n_chunks += 1
        if n_chunks == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    chosen = settings(data_folder, database_url=database_url)
    service = Service.build(chosen, encoder=HashedWords(before_pages=die))
    service.shelf.put(HashedWords(name="synonyms", before_pages=die))
    service.worker.run_until_empty()


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2])
