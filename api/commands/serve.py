"""`pagesight serve`: the REST API, with a worker inside."""

import logging
from pathlib import Path

import click
import uvicorn

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
    host, port = host or settings.host, port or settings.port
    if host not in LOOPBACK and not settings.trust_network:
        raise InvalidRequest(
            f"there are no API keys yet, so only {', '.join(LOOPBACK)} may be bound, got {host!r}; "
            "put a proxy that authenticates in front, or set PAGESIGHT_TRUST_NETWORK=true where "
            "nobody else reaches the port"
        )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    url = f"http://{host}:{port}"
    service = Service.build(settings, url=url)
    err.print(f"Pagesight on {url}, OpenAPI on {url}/docs")
    uvicorn.run(create_app(service), host=host, port=port, log_config=None)
