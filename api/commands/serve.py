"""`pagesight serve`: the REST API, with a worker inside."""

import logging
import signal
import socket
from pathlib import Path
from types import FrameType

import click
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.commands.shared import data_option, err, load_settings, says_errors
from api.service import Service
from api.settings import LOOPBACK
from index.errors import InvalidRequest


@click.command("serve")
@data_option
@click.option("--host", help="Address to bind.  [default: $PAGESIGHT_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: 8080]")
@says_errors
def command(data: Path | None, host: str | None, port: int | None) -> None:
    """Serve the REST API and index what is uploaded; OpenAPI is at /docs."""
    settings = load_settings(data)
    host, port = host or settings.host, settings.port if port is None else port
    if host not in LOOPBACK and not settings.trust_network:
        raise InvalidRequest(
            f"there are no API keys yet, so only {', '.join(LOOPBACK)} may be bound, got {host!r}; "
            "put a proxy that authenticates in front, or set PAGESIGHT_TRUST_NETWORK=true where "
            "nobody else reaches the port"
        )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with bind(host, port) as bound:
        signal.signal(signal.SIGTERM, _end)
        url = _url(bound)
        service = Service.build(settings, url=url)
        err.print(f"Pagesight on {url}, OpenAPI on {url}/docs")
        _Server(uvicorn.Config(create_app(service), log_config=None)).run(sockets=[bound])


class _Server(uvicorn.Server):
    """Sends those away who follow a job before it waits for the other requests to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.watch.close()
        await super().shutdown(sockets)


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


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _end(_signal: int, _frame: FrameType | None) -> None:
    """End with code 0; uvicorn has shut down before it hands the signal on."""
    raise SystemExit(0)
