"""`pagesight worker`: one more indexing process of a fleet."""

import signal
from pathlib import Path
from types import FrameType
from typing import get_args

import click
from prometheus_client import start_http_server

from api.checkup.readiness import watch_state
from api.commands.shared import data_option, err, load_settings, says_errors
from api.roles import Role
from api.service import Service
from api.telemetry.logs import configure_logs
from index.errors import InvalidRequest


@click.command("worker")
@data_option
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="all",
    show_default=True,
    help="What to do: read pages (needs no model), make rows of pages that were read (needs no "
    "renderer), or both.",
)
@says_errors
def command(data: Path | None, role: Role) -> None:
    """Index uploads until stopped; needs a Qdrant server and a PostgreSQL that others share."""
    settings = load_settings(data)
    if settings.vectors == "edge":
        raise InvalidRequest(
            "the embedded vectors belong to one process, and `pagesight serve` works by itself; "
            "set PAGESIGHT_VECTORS and PAGESIGHT_DATABASE_URL to run workers beside it"
        )
    configure_logs(settings.log_format)
    service = Service.build(settings, role=role)
    _tell_metrics(service)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        service.indexer.stopping.set()  # the job ends with its chunk, to go on elsewhere
        service.rebuilder.stopping.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    err.print("working; stop with Ctrl-C")
    try:
        service.worker.run_forever()
    except KeyboardInterrupt:
        err.print("stopping")
    finally:
        service.close()


def _tell_metrics(service: Service) -> None:
    """Serve the metrics where the settings say so."""
    watch_state(service)
    settings = service.settings
    if settings.metrics_port is not None:
        registry = service.telemetry.metrics.registry
        start_http_server(settings.metrics_port, settings.host, registry)
