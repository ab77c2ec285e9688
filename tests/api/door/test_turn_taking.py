import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.callers.access import Access
from api.door.turn_taking import TELL_EVERY_S, SendAway, Sentry, TakeTurns, kind_of
from api.door.turns import Kind, Line
from api.telemetry.metrics import Metrics
from retrieval.pauses import GIVE_WAY
from tests.serving import served
from tests.tiny import wait_for

SEARCH = "/v1/collections/default/search"


class Slow:
    """Answers a request when it is let to, with how many bytes it sent."""

    def __init__(self) -> None:
        self.n_begun = 0
        self.may_end = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.n_begun += 1
        n_bytes, more = 0, True
        while more:
            message = await receive()
            n_bytes += len(message.get("body", b""))
            more = message.get("more_body", False)
        while not self.may_end.is_set():
            await asyncio.sleep(0.01)
        await PlainTextResponse(str(n_bytes))(scope, receive, send)


@pytest.fixture
def slow() -> Slow:
    return Slow()


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


def sending_away(app: ASGIApp, full: Line, clock: Callable[[], float] = monotonic) -> SendAway:
    known = {"loud": Access("loud")}
    lines: dict[Kind, Line] = {"search": full, "answer": full}

    def recall(headers: Headers) -> Access | None:
        return known.get(headers.get("authorization", ""))

    return SendAway(app, Sentry(lines, recall, Metrics(), clock=clock))


def asks(url: str, caller: str, path: str = SEARCH) -> httpx.Response:
    headers = {"authorization": caller, "x-request-id": "mine"}
    return httpx.post(url + path, headers=headers, timeout=30)


def test_who_is_known_is_sent_away_from_a_full_line_without_a_look(slow: Slow) -> None:
    full = Line(1, 0, 30)
    slow.may_end.set()

    with served(sending_away(slow, full), lifespan="off") as url:
        assert asks(url, "loud").status_code == 200
        asyncio.run(full.take("loud"))
        refused = asks(url, "loud")
        assert (refused.status_code, slow.n_begun) == (503, 1)
        assert (refused.json()["code"], refused.headers["x-request-id"]) == ("overloaded", "mine")
        assert (asks(url, "a stranger").status_code, slow.n_begun) == (200, 2)  # the door will tell
        full.leave("loud")
        assert asks(url, "loud").status_code == 200


def test_who_is_sent_away_from_a_chat_reads_it_as_openai_tells_errors(slow: Slow) -> None:
    full = Line(1, 0, 30)
    asyncio.run(full.take("loud"))
    with served(sending_away(slow, full), lifespan="off") as url:
        refused = asks(url, "loud", "/v1/chat/completions")
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "overloaded"
    assert int(refused.headers["retry-after"]) > 0


def test_those_on_their_way_to_the_last_room_keep_others_from_being_looked_at(slow: Slow) -> None:
    full = Line(1, 0, 30)
    with ThreadPoolExecutor(1) as threads, served(sending_away(slow, full), lifespan="off") as url:
        first = threads.submit(asks, url, "loud")
        wait_for(lambda: slow.n_begun == 1)
        assert (asks(url, "loud").status_code, slow.n_begun) == (503, 1)
        slow.may_end.set()
        assert first.result().status_code == 200
        assert asks(url, "loud").status_code == 200


def test_the_log_has_a_line_of_many_that_were_sent_away(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    full, now = Line(1, 0, 30), [0.0]
    asyncio.run(full.take("loud"))
    with served(sending_away(slow, full, lambda: now[0]), lifespan="off") as url:
        for moment in (0.0, 0.1, 0.2, TELL_EVERY_S, TELL_EVERY_S + 0.1):
            now[0] = moment
            asks(url, "loud")
    told = [vars(one)["n"] for one in caplog.records if one.message == "sent away"]
    assert told == [1, 3]


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
