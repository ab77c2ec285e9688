"""A server that says that it will stop before it stops."""

import signal
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.door.patient_http import PatientHttp
from api.settings import Settings


class DrainingServer(uvicorn.Server):
    """On SIGTERM goes on for a while, so that who spreads the load hears of it, then ends.

    Requests at work and streams come to their end. A second signal, or an interrupt, skips the
    wait.

    Args:
        app: what it serves.
        settings: how long it goes on, and waits for what is at work then.
        on_ending: called at the signal.
    """

    def __init__(self, app: ASGIApp, settings: Settings, *, on_ending: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=PatientHttp,
            log_config=None,
            access_log=False,  # the application has a line of its own, without what was asked
            timeout_graceful_shutdown=round(settings.shutdown_s),
        )
        super().__init__(config)
        self._drain_s = settings.drain_s
        self._on_ending = on_ending
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        is_first = self._ends_at is None and not self.should_exit
        self._on_ending()
        if sig == signal.SIGTERM and is_first:
            self._ends_at = time.monotonic() + self._drain_s
            self._captured_signals.append(sig)
        else:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; those who follow a job are sent away before the other requests are waited for."""
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.watch.close()
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether to end now."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)
