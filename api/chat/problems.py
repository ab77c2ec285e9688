"""Problems as OpenAI's API tells errors, on the routes that speak as it does."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.chat.bodies import ApiError, ApiErrorBody
from api.schemas import Problem
from index.errors import CollectionNotFound

PATHS = ("/v1/chat/", "/v1/models")
PROBLEM = "application/problem+json"
INVALID = 422  # where OpenAI's API says 400
CODES = {CollectionNotFound.code: "model_not_found"}
PARAMS = {CollectionNotFound.code: "model"}


def as_openai(told: Problem) -> ApiErrorBody:
    """Return an error as OpenAI's API tells it."""
    return ApiErrorBody(
        error=ApiError(
            message=told.detail,
            type=_type(told.status),
            param=PARAMS.get(told.code),
            code=CODES.get(told.code, told.code),
        )
    )


class OpenAIErrors:
    """Turns the problems of some routes into OpenAI's errors, whoever told them.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PATHS):
            await self._app(scope, receive, send)
            return
        turning = _Turning(scope, receive, send)
        try:
            await self._app(scope, receive, turning.send)
        except Exception as error:
            if not turning.began:
                await turning.tell(problems.unexpected(error), Headers())
            raise


class _Turning:
    """Passes a response on, and holds a problem back until all of it is there."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.began = False
        self._scope, self._receive, self._send = scope, receive, send
        self._headers: Headers | None = None  # of a problem
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take the next message of the response."""
        if message["type"] == "http.response.start":
            self.began = True
            headers = Headers(raw=message["headers"])
            if headers.get("content-type") == PROBLEM:
                self._headers = headers
                return
        if self._headers is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self.tell(Problem.model_validate_json(self._body), self._headers)

    async def tell(self, told: Problem, headers: Headers) -> None:
        """Send a problem as an error, with the headers that it had beside those of its body."""
        status = 400 if told.status == INVALID else told.status
        response = JSONResponse(as_openai(told).model_dump(), status)
        kept = MutableHeaders(raw=list(headers.raw))
        for name in ("content-type", "content-length"):
            del kept[name]
        response.headers.update(kept)
        await response(self._scope, self._receive, self._send)


def _type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"
