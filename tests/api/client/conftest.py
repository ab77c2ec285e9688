"""A scripted server, and both clients as one."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from api.client.asynchronous import AsyncPagesightClient
from api.client.patience import Patience
from api.client.synchronous import PagesightClient
from tests.api.client.scripted_server import ScriptedServer, scripted_server

Invoke = Callable[..., Any]
QUICK = Patience(pause_s=0.01, longest_s=1)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as opened:
        yield opened


@pytest.fixture(params=["blocking", "asynchronous"])
def invoke(request: pytest.FixtureRequest) -> Invoke:
    """Calls a method of either client by its name; what it yields comes as a list."""
    return blocking if request.param == "blocking" else asynchronous


def blocking(url: str, method: str, *args: Any, **options: Any) -> Any:
    with PagesightClient(url, key="ps_1_secret", patience=QUICK) as client:
        found = getattr(client, method)(*args, **options)
        return list(found) if isinstance(found, Iterator) else found


def asynchronous(url: str, method: str, *args: Any, **options: Any) -> Any:
    async def ask() -> Any:
        async with AsyncPagesightClient(url, key="ps_1_secret", patience=QUICK) as client:
            found = getattr(client, method)(*args, **options)
            return await found if isinstance(found, Coroutine) else [one async for one in found]

    return asyncio.run(ask())
