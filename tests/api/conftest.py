"""A server to talk to over a real connection, and a model for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from api.app import create_app
from api.service import Service
from tests.scripted_model import ScriptedModel, scripted_model
from tests.serving import served

Serve = Callable[[Service], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves services until the test ends; each is closed with its server."""
    with ExitStack() as open_servers:
        yield lambda service: open_servers.enter_context(served(create_app(service)))


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    """A model server that plays what a test writes."""
    with scripted_model() as played:
        yield played
