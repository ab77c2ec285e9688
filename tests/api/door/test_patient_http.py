"""How HTTP is read: a whole request is answered whatever follows, and nothing goes on for ever."""

import asyncio
import re
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.door.patient_http import MAX_BARREN_BYTES
from api.telemetry.logs import REQUEST_ID
from tests.serving import served

TIMEOUT_S = 30
AT_WORK_S = 0.05  # what follows a request comes while it is worked on
ASK = "GET /{} HTTP/1.1\r\nHost: here\r\n\r\n"
CHUNKED = b"POST /sent HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"a" * 10_000


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the path and the length of the body, not at once."""
    content = await Request(scope, receive).body()
    await asyncio.sleep(AT_WORK_S)
    answer = PlainTextResponse(f"{scope['path']} {len(content)}")
    await answer(scope, receive, send)


class Guarded:
    """An application that refuses some paths before it is called."""

    def __init__(self) -> None:
        self.state = SimpleNamespace(refuse=self.refuse)
        self.called_for: list[str] = []
        self.seen: list[str] = []

    def refuse(self, scope: Scope) -> ASGIApp | None:
        self.seen.append(REQUEST_ID.get())
        REQUEST_ID.set(scope["path"])
        return PlainTextResponse("not now", 503) if scope["path"] == "/refused" else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.called_for.append(scope["path"])
        await told(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(told, lifespan="off") as url:
        yield port_of(url)


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def heard(port: int, *parts: bytes) -> tuple[list[int], str]:
    """Send some parts, and return the statuses of what comes until the server hangs up."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while got := connection.recv(1 << 16):
                came += got
        except ConnectionError:  # it hung up with something unread
            pass
    text = came.decode()
    return [int(one) for one in re.findall(r"HTTP/1\.1 (\d+)", text)], text


def test_a_request_is_answered_before_what_follows_it_is_found_to_be_none(port: int) -> None:
    statuses, text = heard(port, ASK.format("first").encode() + b"\x00 no HTTP\r\n\r\n")

    assert statuses == [200]
    assert "/first 0" in text


def test_requests_one_after_the_other_are_answered_in_order_before_what_is_none(port: int) -> None:
    both = ASK.format("first") + ASK.format("second") + "\x00 no HTTP\r\n\r\n"

    statuses, text = heard(port, both.encode())

    assert statuses == [200, 200]
    assert text.index("/first 0") < text.index("/second 0")


def test_what_is_no_http_from_the_start_is_refused(port: int) -> None:
    assert heard(port, b"\x00 no HTTP\r\n\r\n")[0] == [400]


def test_a_body_that_is_no_body_is_refused_while_it_is_awaited(port: int) -> None:
    assert heard(port, CHUNKED + b"no length\r\n")[0] == [400]


def test_a_head_that_does_not_end_is_refused(port: int) -> None:
    parts = [ENDLESS] * (2 * MAX_BARREN_BYTES // len(ENDLESS))

    statuses, text = heard(port, b"GET / HTTP/1.1\r\nX: ", *parts)

    assert statuses in ([400], [])  # none where what was sent last kept it from being heard
    assert not text or "too long" in text


def test_trailers_that_do_not_end_are_refused(port: int) -> None:
    trailer = b"X: " + ENDLESS[:1000] + b"\r\n"
    parts = [trailer] * (10 * MAX_BARREN_BYTES // len(trailer))  # not all in the read of the head

    assert heard(port, CHUNKED + b"0\r\n", *parts)[0] in ([400], [])


def test_a_long_body_in_small_parts_is_read(port: int) -> None:
    head = CHUNKED.replace(b"here", b"here\r\nConnection: close")
    parts = [b"3e8\r\n" + ENDLESS[:1000] + b"\r\n"] * 200

    statuses, text = heard(port, head, *parts, b"0\r\n\r\n")

    assert statuses == [200]
    assert "/sent 200000" in text


def test_who_is_refused_is_answered_without_the_application_and_may_ask_again() -> None:
    guarded = Guarded()
    refused = b"POST /refused HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody"
    last = ASK.format("last").replace("here", "here\r\nConnection: close").encode()

    with served(guarded, lifespan="off") as url:
        statuses, text = heard(port_of(url), refused + refused, ASK.format("first").encode(), last)

    assert statuses == [503, 503, 200, 200]
    assert text.index("not now") < text.index("/first 0") < text.index("/last 0")
    assert guarded.called_for == ["/first", "/last"]
    assert set(guarded.seen) == {""}  # what one notes for its log is not the next one's
