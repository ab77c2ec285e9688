"""A server that answers what a test writes, and remembers what it was asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import served

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class ScriptedServer:
    """What is answered, the last of it for ever, and what was asked."""

    url: str = ""
    answers: list[Response] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answers_with(self, *answers: Response) -> None:
        self.answers = list(answers)

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        path = request.scope["raw_path"].decode() + (
            f"?{request.url.query}" if request.url.query else ""
        )
        self.asked.append(Asked(request.method, path, dict(request.headers), body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    app = Starlette(routes=[Route("/{path:path}", server.answer, methods=METHODS)])
    with served(app) as server.url:
        yield server


def problem(status: int, code: str, *, retry_after: str | None = None, more: str = "") -> Response:
    body = (
        f'{{"type": "urn:pagesight:{code}", "title": "t", "status": {status}, '
        f'"detail": "told {code}", "code": "{code}"{more}}}'
    )
    headers = {"X-Request-Id": "r1"} | ({"Retry-After": retry_after} if retry_after else {})
    return Response(body, status, headers, media_type="application/problem+json")


def busy(times: int, *, retry_after: str = "0") -> Sequence[Response]:
    return [problem(503, "unavailable", retry_after=retry_after) for _ in range(times)]
