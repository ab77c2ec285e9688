"""`pagesight mcp`: the tools of an agent, over the standard streams."""

import logging
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from api.commands.shared import data_option, open_desk, says_errors, url_option
from api.mcp.server import create_server


@click.command("mcp")
@data_option
@url_option
@says_errors
def command(data: Path | None, url: str | None) -> None:
    """Serve agents over standard input and output (Model Context Protocol); reads only.

    An MCP client starts this command itself. A running server answers at /mcp, too.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    signal.signal(signal.SIGTERM, _end)
    with open_desk(data, url) as desk:
        create_server(lambda _: desk).run("stdio")


def _end(_signal: int, _frame: FrameType | None) -> None:
    """End with code 0, having let go of the folder."""
    raise SystemExit(0)
