"""A process that works on what there is to do, and kills itself at the second chunk of pages."""

import os
import signal
from pathlib import Path

from api.service import Service
from index.catalog.database import Database
from tests.faults.processes import FORKING
from tests.tiny import HashedWords, settings


def dies_at_its_second_chunk(data_folder: Path, database: Database) -> None:
    """Have another process work, and return when it has killed itself."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = FORKING.Process(target=_work, args=(data_folder, url))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _work(data_folder: Path, database_url: str) -> None:
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
