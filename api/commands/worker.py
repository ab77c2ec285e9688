"""`pagesight worker`: one more indexing process of a fleet."""

import signal
from pathlib import Path
from types import FrameType

import click

from api.commands.shared import data_option, err, load_settings, says_errors
from api.service import Service
from index.errors import InvalidRequest


@click.command("worker")
@data_option
@says_errors
def command(data: Path | None) -> None:
    """Index uploads until stopped; needs a Qdrant server and a PostgreSQL that others share."""
    settings = load_settings(data)
    if settings.vectors == "edge":
        raise InvalidRequest(
            "the embedded vectors belong to one process, and `pagesight serve` works by itself; "
            "set PAGESIGHT_VECTORS and PAGESIGHT_DATABASE_URL to run workers beside it"
        )
    service = Service.build(settings)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    err.print("working; stop with Ctrl-C")
    try:
        service.worker.run_forever()
    except KeyboardInterrupt:
        err.print("stopping")
    finally:
        service.close()
