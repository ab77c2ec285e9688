"""A real server for an application, for as long as a block lasts."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.door.patient_http import PatientHttp
from tests.tiny import wait_for

HERE = "http://127.0.0.1"  # a service that asks for no key answers under no other name
LOOK_S = 0.005


class PromptServer(uvicorn.Server):
    """A server that ends as soon as nothing goes on, where uvicorn waits for tenths of seconds."""

    async def main_loop(self) -> None:
        """Serve until told to end."""
        beating = asyncio.create_task(super().main_loop())
        while not (self.should_exit or beating.done()):
            await asyncio.sleep(LOOK_S)
        beating.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and end when the last one and what it began has."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in list(self.server_state.connections):  # some came only just now
                connection.shutdown()
            await asyncio.sleep(LOOK_S)
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()


@contextmanager
def served(app: ASGIApp, *, bound: socket.socket | None = None, **options: Any) -> Iterator[str]:
    """Serve on a free port, or where `bound` listens, and yield the address.

    `options` are uvicorn's.
    """
    server = PromptServer(uvicorn.Config(app, port=0, http=PatientHttp, log_config=None, **options))
    thread = threading.Thread(target=server.run, args=[[bound] if bound else None])
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
