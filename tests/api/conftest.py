"""A server to talk to over a real connection, and a model for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn

from api.app import create_app
from api.service import Service
from tests.scripted_model import ScriptedModel, scripted_model
from tests.tiny import wait_for

Serve = Callable[[Service], str]


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Serve on a free port; the service is closed with the server."""
    server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as open_servers:
        yield lambda service: open_servers.enter_context(serving(service))


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    """A model server that plays what a test writes."""
    with scripted_model() as played:
        yield played
