"""`pagesight encoder`: one encoder in a process of its own, for the processes of a fleet."""

import signal
from contextlib import closing
from pathlib import Path

import click

from api import parts
from api.commands.serve import bind, end_well, url_of
from api.commands.shared import data_option, err, load_settings, says_errors
from api.configuration.serving import LOOPBACK
from api.door.draining import DrainingServer
from api.encoding.opening import encoder_app, open_encoder
from api.process import prepare_process
from api.settings import Settings
from api.telemetry.logs import configure_logs
from index.encoders.base import Encoder
from index.errors import InvalidRequest

PORT = 8090
ROWS = click.Choice(["patch", "text", "fused"])


@click.command("encoder")
@data_option
@click.option("--encoder", help="Which one.  [default: $PAGESIGHT_ENCODER, or what ships]")
@click.option("--rows", type=ROWS, help="Of a page.  [default: $PAGESIGHT_ROWS, or the best]")
@click.option("--host", help="Address to bind.  [default: $PAGESIGHT_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@says_errors
def command(
    data: Path | None, *, encoder: str | None, rows: str | None, host: str | None, port: int
) -> None:
    """Serve one encoder, so that API and workers need no model of their own.

    They find it by PAGESIGHT_ENCODER_URL=pagesight+http://HOST:PORT, several joined by commas, and
    show PAGESIGHT_ENCODER_KEY where it is set here.
    """
    chosen = {"encoder": encoder, "rows": rows, "host": host}
    settings = load_settings(data).model_copy(
        update={name: value for name, value in chosen.items() if value} | {"encoder_url": None}
    )
    _check_reach(settings)
    configure_logs(settings.log_format)
    prepare_process(settings)
    with bind(settings.host, port) as bound, closing(parts.shelf(settings)) as shelf:
        signal.signal(signal.SIGTERM, end_well)
        opened = open_encoder(settings, shelf)
        _tell(opened, url_of(bound))
        app, routes = encoder_app(opened, settings)
        DrainingServer(app, settings, on_ending=routes.end).run(sockets=[bound])


def _check_reach(settings: Settings) -> None:
    """Do nothing where only those reach the service who may use it.

    Raises:
        InvalidRequest: others do, and nobody is asked for a key.
    """
    if settings.host not in LOOPBACK and not settings.encoder_key and not settings.trust_network:
        raise InvalidRequest(
            f"without a key only {', '.join(LOOPBACK)} may be bound, got {settings.host!r}; set "
            "PAGESIGHT_ENCODER_KEY here and where the encoder is used, or "
            "PAGESIGHT_TRUST_NETWORK=true where nobody else reaches the port"
        )


def _tell(encoder: Encoder, url: str) -> None:
    pin = encoder.pin
    err.print(
        f"{pin.name}, {encoder.rows} rows of {pin.dim}, on {url}", markup=False, soft_wrap=True
    )
    err.print(f"use it by PAGESIGHT_ENCODER_URL=pagesight+{url}", markup=False, soft_wrap=True)
