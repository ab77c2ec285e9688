"""A real server for an application, for as long as a block lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tests.tiny import wait_for

HERE = "http://127.0.0.1"  # a service that asks for no key answers under no other name


@contextmanager
def served(app: ASGIApp, *, bound: socket.socket | None = None, **options: Any) -> Iterator[str]:
    """Serve on a free port, or where `bound` listens, and yield the address.

    `options` are uvicorn's.
    """
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, **options))
    thread = threading.Thread(target=server.run, args=[[bound] if bound else None])
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
