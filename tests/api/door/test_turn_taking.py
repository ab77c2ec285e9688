import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.door.turn_taking import TakeTurns, kind_of
from api.door.turns import Line
from api.telemetry.metrics import Metrics
from retrieval.pauses import GIVE_WAY
from tests.api.door.slow import SEARCH, Slow
from tests.serving import served
from tests.tiny import wait_for


@pytest.fixture
def line() -> Line:
    return Line(1, 1, 30)


@pytest.fixture
def url(slow: Slow, line: Line) -> Iterator[str]:
    with served(
        TakeTurns(slow, {"search": line}, lambda _: "one", Metrics()), lifespan="off"
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("POST /v1/collections/a/search", "search"),
        ("POST /v1/collections/t.a/search/batch", "search"),
        ("POST /v1/collections/a/extract", "search"),
        ("GET /v1/collections/a/documents/b/pages/3/heatmap", "search"),
        ("POST /v1/collections/a/answers", "answer"),
        ("POST /v1/chat/completions", "answer"),
        ("POST /v1/collections/a/documents", "upload"),
        ("PUT /v1/collections/a/documents/b", "upload"),
        ("GET /v1/collections/a/documents", None),
        ("DELETE /v1/collections/a/documents/b", None),
        ("GET /v1/collections/a/documents/b/pages/3/image", None),
        ("GET /readyz", None),
    ],
)
def test_work_takes_turns_and_reads_and_deletes_do_not(asked: str, kind: str | None) -> None:
    assert kind_of(*asked.split(" ")) == kind


def test_what_waits_is_answered_with_its_body_and_what_is_too_much_is_refused(
    url: str, slow: Slow, line: Line
) -> None:
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(httpx.post, url + SEARCH, content=b"a", timeout=30)
        wait_for(lambda: slow.n_begun == 1)
        second = threads.submit(httpx.post, url + SEARCH, content=b"b" * 500_000, timeout=30)
        wait_for(lambda: line.n_waiting == 1)
        third = httpx.post(url + SEARCH, content=b"c")
        read = threads.submit(httpx.get, f"{url}/v1/collections", timeout=30)
        slow.may_end.set()

        assert (first.result().text, second.result().text) == ("1", "500000")
        assert read.result().status_code == 200
    assert third.status_code == 503
    assert third.json()["code"] == "overloaded"
    assert int(third.headers["retry-after"]) > 0
    wait_for(lambda: (line.n_at_work, line.n_waiting) == (0, 0))


def test_the_work_of_a_turn_gives_way_to_others_of_its_line(line: Line) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told = await asyncio.to_thread(GIVE_WAY.get)
        await PlainTextResponse(type(told).__name__)(scope, receive, send)

    taking = TakeTurns(app, {"search": line}, lambda _: "one", Metrics())
    with served(taking, lifespan="off") as url:
        assert httpx.post(url + SEARCH, timeout=30).text == "GivingWay"
        assert httpx.get(f"{url}/v1/collections", timeout=30).text == "NoneType"


def test_who_leaves_the_line_is_never_worked_for(url: str, slow: Slow, line: Line) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(httpx.post, url + SEARCH, timeout=30)
        wait_for(lambda: slow.n_begun == 1)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url + SEARCH, content=b"b", timeout=0.2)
        wait_for(lambda: line.n_waiting == 0)
        slow.may_end.set()
        assert first.result().status_code == 200

    assert slow.n_begun == 1
    wait_for(lambda: line.n_at_work == 0)
