"""`pagesight serve`: the REST API, with a worker inside."""

import signal
import socket
from pathlib import Path
from types import FrameType

import click

from api.app import create_app
from api.checkup.readiness import ReadyCheck
from api.commands.shared import data_option, err, load_settings, says_errors
from api.configuration.serving import LOOPBACK
from api.door.draining import DrainingServer
from api.service import Service
from api.telemetry.logs import configure_logs
from index.errors import InvalidRequest


@click.command("serve")
@data_option
@click.option("--host", help="Address to bind.  [default: $PAGESIGHT_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: 8080]")
@click.option("--work/--no-work", default=True, help="Whether to index here, too.  [default: yes]")
@says_errors
def command(data: Path | None, *, host: str | None, port: int | None, work: bool) -> None:
    """Serve the REST API and index what is uploaded; OpenAPI is at /docs."""
    settings = load_settings(data)
    if not work and settings.vectors == "edge":
        raise InvalidRequest(
            "the embedded vectors belong to one process, so nobody else could index; set "
            "PAGESIGHT_VECTORS to a Qdrant server, or leave out --no-work"
        )
    host, port = host or settings.host, settings.port if port is None else port
    configure_logs(settings.log_format)
    with bind(host, port) as bound:
        signal.signal(signal.SIGTERM, end_well)
        url = url_of(bound)
        service = Service.build(settings, url=url)
        _check_reach(host, service)
        err.print(f"Pagesight on {url}, OpenAPI on {url}/docs")
        app = create_app(service, work=work)
        ready: ReadyCheck = app.state.ready
        DrainingServer(app, settings, on_ending=ready.end).run(sockets=[bound])


def bind(host: str, port: int) -> socket.socket:
    """Listen before anything else is opened: who finds the folder taken can wait for an answer.

    Connections send at once: asyncio sees to that only for sockets that it makes itself, and an
    answer in two writes would wait 40 ms for the first to be acknowledged.

    Raises:
        InvalidRequest: the address is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InvalidRequest(f"cannot listen on {host} port {port}: {error.strerror}") from error
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _check_reach(host: str, service: Service) -> None:
    """Do nothing where only those reach the service who may use it.

    Raises:
        InvalidRequest: others do, and nobody is asked for a key.
    """
    if host in LOOPBACK or service.settings.trust_network or service.keys.exist():
        return
    service.close()
    raise InvalidRequest(
        f"without a key only {', '.join(LOOPBACK)} may be bound, got {host!r}; make one with "
        "`pagesight keys create NAME`, or set PAGESIGHT_TRUST_NETWORK=true where nobody else "
        "reaches the port"
    )


def url_of(bound: socket.socket) -> str:
    """Return the address of what listens."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def end_well(_signal: int, _frame: FrameType | None) -> None:
    """End with code 0; uvicorn has shut down before it hands the signal on."""
    raise SystemExit(0)
