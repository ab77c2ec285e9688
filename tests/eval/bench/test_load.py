from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from eval.bench.load import BROKEN, Outcome, Target, send_closed, send_open
from tests.serving import served


class Counting:
    """Answers every second request, and refuses the others."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.queries: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.keys.add(request.headers.get("authorization", ""))
        self.queries[(await request.json())["query"]] += 1
        status = 200 if self.queries.total() % 2 else 503
        await PlainTextResponse("x", status)(scope, receive, send)


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def port(counting: Counting) -> Iterator[int]:
    with served(counting, lifespan="off", timeout_keep_alive=1) as url:
        yield urlsplit(url).port or 0


def test_a_crowd_sends_its_rate_whatever_comes_back(port: int, counting: Counting) -> None:
    seen = send_open(Target(port, "/search", "ps_1"), 50, 1.0)

    assert 25 <= len(seen.statuses) <= 50
    assert set(seen.counts) == {200, 503}
    assert len(seen.took_ms) == seen.counts[200]
    assert seen.in_time == seen.goodput <= seen.counts[200]
    assert seen.cpu_s > 0
    assert counting.keys == {"Bearer ps_1"}
    assert set(counting.queries.values()) == {1}


def test_clients_that_wait_send_no_more_than_is_answered(port: int, counting: Counting) -> None:
    seen = send_closed(Target(port, "/search"), 3, 0.5)

    assert len(seen.statuses) == counting.queries.total()
    assert len(seen.statuses) - 3 <= 2 * seen.in_time
    assert counting.keys == {""}
    assert BROKEN not in seen.counts


def test_connections_that_the_server_closes_are_made_anew_and_broken_ones_are_told() -> None:
    async def closes(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    async def cuts(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-length", b"9"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    with served(closes, lifespan="off") as url:
        seen = send_closed(Target(urlsplit(url).port or 0, "/search"), 2, 0.3)
        assert (set(seen.counts), len(seen.statuses) > 4) == ({200}, True)
    with served(cuts, lifespan="off") as url:
        assert set(send_open(Target(urlsplit(url).port or 0, "/"), 20, 0.2).counts) == {BROKEN}


def test_goodput_leaves_out_what_was_answered_late() -> None:
    seen = Outcome(2.0, [200, 503, 200, 200], [10.0, 20.0, 900.0], in_time=2)
    assert seen.goodput == 1
    assert seen.counts == {200: 3, 503: 1}
