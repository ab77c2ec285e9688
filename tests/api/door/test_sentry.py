import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from api.callers.access import Access
from api.door.sentry import TELL_EVERY_S, SendAway, Sentry
from api.door.turns import Kind, Line
from api.telemetry.metrics import Metrics
from tests.api.door.slow import SEARCH, Slow
from tests.serving import served
from tests.tiny import wait_for


def recall(headers: Headers) -> Access | None:
    return Access("loud") if headers.get("authorization") == "loud" else None


def sending_away(app: ASGIApp, full: Line, clock: Callable[[], float] = monotonic) -> SendAway:
    lines: dict[Kind, Line] = {"search": full, "answer": full}
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


def test_a_request_is_looked_at_once_though_its_server_asks_as_well() -> None:
    full, looked = Line(1, 0, 30), list[str]()

    def remember(headers: Headers) -> Access | None:
        looked.append(headers["x-request-id"])
        return recall(headers)

    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("found")

    sentry = Sentry({"search": full}, remember, Metrics())
    route, sends_away = Route(SEARCH, answer, methods=["POST"]), Middleware(SendAway, sentry)
    app = Starlette(routes=[route], middleware=[sends_away])
    app.state.refuse = sentry.refuse
    with served(app) as url:
        answers = [asks(url, "loud").text for _ in range(3)]
    assert answers == ["found"] * 3  # who is said to be coming for ever keeps the next out
    assert looked == ["mine"] * 3
