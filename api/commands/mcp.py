"""`pagesight mcp`: the tools of an agent, over the standard streams."""

import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from api.commands.shared import data_option, open_desk, says_errors, url_option
from api.desk import Desk
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
    with open_desk(data, url) as desk:
        _end_when_terminated(desk)
        create_server(lambda _: desk).run("stdio")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # clients send it while the desk closes


def _end_when_terminated(desk: Desk) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        desk.close()
        os._exit(0)  # a thread waits for input, and would go on waiting

    signal.signal(signal.SIGTERM, end)
