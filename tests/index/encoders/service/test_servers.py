"""Which server is asked, when, and for how long; servers are scripts, and so is the clock."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from index.encoders.service.servers import Patience, Servers, service_urls
from index.errors import (
    EncoderOutOfMemory,
    EncoderUnavailable,
    InvalidRequest,
    ManifestMismatch,
    ModelRejected,
)
from tests.serving import served

NOBODY = "http://127.0.0.1:9"
Script = Callable[[str], Response]


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(round(seconds, 3))


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    async def answer(request: Request) -> Response:
        return script(request.url.path)

    with served(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as url:
        yield url


@contextmanager
def asking(clock: Clock, *urls: str) -> Iterator[Servers]:
    servers = Servers(urls, clock=lambda: clock.now, sleep=clock.sleep)
    with closing(servers):
        yield servers


def failing(status: int, code: str, **headers: str) -> Script:
    return lambda _: JSONResponse({"code": code, "detail": "told"}, status, headers)


def ask(servers: Servers, path: str = "/encoder/pages", in_all_s: float = 20) -> bytes:
    return servers.encode(path, b"", tag='"tag"', patience=Patience(5, in_all_s))


def test_the_servers_are_asked_in_turn() -> None:
    with (
        scripted(lambda _: Response("a")) as a,
        scripted(lambda _: Response("b")) as b,
        asking(Clock(), a, b) as servers,
    ):
        assert [ask(servers) for _ in range(4)] == [b"a", b"b", b"a", b"b"]


def test_a_server_that_is_not_there_is_left_alone_and_its_work_done_elsewhere() -> None:
    clock = Clock()
    with scripted(lambda _: Response("a")) as a, asking(clock, NOBODY, a) as servers:
        assert [ask(servers) for _ in range(3)] == [b"a"] * 3

    assert clock.slept == []


def test_a_server_is_asked_again_when_it_said() -> None:
    clock = Clock()
    busy = failing(503, "overloaded", **{"Retry-After": "3"})

    def script(path: str) -> Response:
        return Response("a") if clock.now else busy(path)

    with scripted(script) as url, asking(clock, url) as servers:
        assert ask(servers) == b"a"

    assert clock.slept == [3.0]


def test_a_server_whose_pages_wait_is_still_asked_questions() -> None:
    def script(path: str) -> Response:
        refused = failing(503, "overloaded", **{"Retry-After": "9"})
        return refused(path) if path == "/encoder/pages" else Response("a")

    clock = Clock()
    with scripted(script) as url, asking(clock, url) as servers:
        with pytest.raises(EncoderUnavailable, match="503 told"):
            ask(servers, in_all_s=5)

        assert ask(servers, "/encoder/question") == b"a"
    assert clock.slept == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_of_the_server_is_tried_again_until_the_time_is_over(status: int) -> None:
    clock = Clock()
    with (
        scripted(lambda _: Response("proxy", status)) as url,
        asking(clock, url) as servers,
        pytest.raises(EncoderUnavailable, match=f"answered {status} proxy"),
    ):
        ask(servers, in_all_s=3.5)

    assert clock.slept == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("error", [InvalidRequest, ModelRejected, EncoderOutOfMemory])
def test_what_another_server_would_say_too_is_said_at_once(
    error: type[InvalidRequest | ModelRejected | EncoderOutOfMemory],
) -> None:
    n_asked = []

    def script(path: str) -> Response:
        n_asked.append(path)
        return failing(503, error.code)(path)

    with (
        scripted(script) as url,
        asking(Clock(), url, url) as servers,
        pytest.raises(error, match=r"^told$"),
    ):
        ask(servers)

    assert len(n_asked) == 1


def test_servers_that_all_have_another_model_are_told_at_once() -> None:
    clock = Clock()
    with (
        scripted(failing(409, "manifest_mismatch")) as url,
        asking(clock, url, url) as servers,
        pytest.raises(ManifestMismatch, match="told"),
    ):
        ask(servers)

    assert clock.slept == []


def test_what_is_asked_after_the_end_is_refused() -> None:
    servers = Servers([NOBODY])
    servers.close()
    with pytest.raises(EncoderUnavailable, match="closed"):
        ask(servers)


def test_servers_of_which_none_answers_are_all_named() -> None:
    with (
        asking(Clock(), NOBODY, "http://127.0.0.1:10") as servers,
        pytest.raises(EncoderUnavailable, match=r":9/encoder cannot .*:10/encoder cannot"),
    ):
        servers.describe()


def test_a_server_of_something_else_is_no_encoder_service() -> None:
    with (
        scripted(lambda _: JSONResponse({"models": []})) as url,
        asking(Clock(), url) as servers,
        pytest.raises(EncoderUnavailable, match="no encoder service"),
    ):
        servers.describe()


@pytest.mark.parametrize(
    ("address", "urls"),
    [
        ("", ()),
        ("http://vllm:8000/v1", ()),
        ("pagesight+http://gpu:8090", ("http://gpu:8090",)),
        ("pagesight+https://a/, pagesight+http://b:1", ("https://a", "http://b:1")),
    ],
)
def test_an_address_lists_the_servers_of_the_service(address: str, urls: tuple[str, ...]) -> None:
    assert service_urls(address) == urls


def test_vllm_and_the_service_are_not_mixed() -> None:
    with pytest.raises(InvalidRequest, match="several encoders"):
        service_urls("pagesight+http://gpu:8090,http://vllm:8000")
