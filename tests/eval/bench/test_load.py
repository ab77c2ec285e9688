import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from eval.bench.load import BROKEN, Crowd, Outcome
from tests.serving import served


class Counting:
    """Answers every second request, and refuses the others."""

    def __init__(self) -> None:
        self.callers: set[str] = set()
        self.n = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.n += 1
        self.callers.add(scope["client"][0])
        assert "query" in await Request(scope, receive).json()
        await PlainTextResponse("x", 200 if self.n % 2 else 503)(scope, receive, send)


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def port(counting: Counting) -> Iterator[int]:
    with served(counting, lifespan="off", timeout_keep_alive=1) as url:
        yield urlsplit(url).port or 0


def test_a_crowd_sends_its_rate_whatever_comes_back(port: int, counting: Counting) -> None:
    crowd = Crowd(port, "/search", "127.0.0.2")

    async def once() -> Outcome:
        seen = await crowd.open(50, 1.0)
        await crowd.close()
        return seen

    seen = asyncio.run(once())

    assert 25 <= len(seen.statuses) <= 50
    assert set(seen.statuses) == {200, 503}
    assert len(seen.took_ms) == seen.goodput == seen.statuses.count(200)
    assert counting.callers == {"127.0.0.2"}


def test_connections_that_the_server_has_closed_are_made_anew(port: int) -> None:
    crowd = Crowd(port, "/search")

    async def twice() -> list[int]:
        first = await crowd.closed(2, 0.2)
        await asyncio.sleep(1.5)
        then = await crowd.closed(2, 0.2)
        await crowd.close()
        return first.statuses + then.statuses

    assert BROKEN not in asyncio.run(twice())
