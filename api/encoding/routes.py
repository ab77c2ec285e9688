"""What the encoder service answers: pages and questions in, rows out."""

import asyncio
import hmac
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import problems
from api.encoding.lines import WorkLine
from api.telemetry.metrics import METRICS_TEXT, Metrics
from index.encoders.base import Encoder
from index.encoders.service import wire
from index.errors import (
    EncoderUnavailable,
    InvalidRequest,
    ManifestMismatch,
    Overloaded,
    Unauthenticated,
)

QUESTIONS_AT_ONCE, PAGES_AT_ONCE = 16, 8
QUESTION_WAIT_S, PAGE_WAIT_S = 4.0, 30.0  # less than callers wait for one server
COME_AGAIN_S = "1"
Read = TypeVar("Read")
PROBE = "How tall is the dam?"
ROWS = "application/octet-stream"


class EncoderRoutes:
    """Answers with the rows of one encoder.

    Args:
        encoder: the encoder.
        metrics: of the process.
        key: that callers show; empty lets in whoever reaches the port.
        n_waiting: requests that may wait, of pages and of questions each.

    Attributes:
        is_ending: whether the service is about to stop.
        pages: the line of pages and contexts.
        questions: the line of questions.
    """

    def __init__(
        self,
        encoder: Encoder,
        metrics: Metrics,
        *,
        key: str = "",
        n_waiting: int = 64,
    ) -> None:
        self._encoder = encoder
        self._metrics = metrics
        self._key = key
        self._told = wire.Described.of(encoder)
        self.is_ending = False
        self.pages = WorkLine(PAGES_AT_ONCE, n_waiting, PAGE_WAIT_S)
        self.questions = WorkLine(QUESTIONS_AT_ONCE, n_waiting, QUESTION_WAIT_S)

    def routes(self) -> list[Route]:
        """Return where everything is."""
        return [
            Route("/encoder", self.describe),
            Route("/encoder/pages", self.encode_pages, methods=["POST"]),
            Route("/encoder/context", self.encode_context, methods=["POST"]),
            Route("/encoder/question", self.encode_question, methods=["POST"]),
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/metrics", self.measured),
        ]

    def end(self) -> None:
        """Say from now on that the service is not ready."""
        self.is_ending = True

    async def describe(self, request: Request) -> Response:
        """Tell which encoder this is."""
        self._check_key(request)
        return Response(self._told.model_dump_json(), media_type="application/json")

    async def encode_pages(self, request: Request) -> Response:
        """Encode the pages of a message."""
        return await self._answer(request, self.pages, self._page_rows)

    async def encode_context(self, request: Request) -> Response:
        """Encode what documents are called, each of them words of a page without a picture."""
        return await self._answer(request, self.pages, self._context_rows)

    async def encode_question(self, request: Request) -> Response:
        """Encode a question, sent as text."""
        return await self._answer(request, self.questions, self._question_rows)

    async def live(self, _: Request) -> Response:
        """Tell that the process answers; needs no key and no thread."""
        return Response(status_code=204)

    async def ready(self, _: Request) -> Response:
        """Tell that a question gets rows; needs no key.

        Raises:
            EncoderUnavailable: it gets none, or the service is about to stop.
        """
        if self.is_ending:
            raise EncoderUnavailable("the service is stopping")
        await asyncio.to_thread(partial(self._encoder.encode_question, PROBE))
        return Response(status_code=204)

    async def measured(self, request: Request) -> Response:
        """Tell what is measured, as Prometheus reads it."""
        self._check_key(request)
        return Response(self._metrics.text(), media_type=METRICS_TEXT)

    async def _answer(
        self, request: Request, line: WorkLine, work: Callable[[bytes], bytes]
    ) -> Response:
        self._check_key(request)
        self._check_encoder(request)
        try:
            return Response(await line.answer(request, work), media_type=ROWS)
        except Overloaded as error:
            refusal = problems.response_of(error)
            refusal.headers["Retry-After"] = COME_AGAIN_S
            return refusal

    def _page_rows(self, body: bytes) -> bytes:
        pages = _read(wire.unpack_pages, body)
        return wire.pack_rows(self._encoder.encode_pages(pages), self._told.pin.dim)

    def _context_rows(self, body: bytes) -> bytes:
        contexts = [page.words for page in _read(wire.unpack_pages, body)]
        return wire.pack_rows([*map(self._encoder.encode_context, contexts)], self._told.pin.dim)

    def _question_rows(self, body: bytes) -> bytes:
        return wire.pack_question(self._encoder.encode_question(_read(bytes.decode, body)))

    def _check_key(self, request: Request) -> None:
        shown = request.headers.get("authorization", "").encode()
        if self._key and not hmac.compare_digest(shown, f"Bearer {self._key}".encode()):
            raise Unauthenticated("send the service's key: `Authorization: Bearer …`")

    def _check_encoder(self, request: Request) -> None:
        """Refuse who wants another encoder's rows: those of two never mix."""
        if request.headers.get("if-match") != self._told.tag:
            pin = self._told.pin
            raise ManifestMismatch(
                f"the encoder here is {pin.name} {pin.revision} with {self._told.rows} rows, and "
                "another one is asked for"
            )


def _read(unpack: Callable[[bytes], Read], body: bytes) -> Read:
    """Read a request.

    Raises:
        InvalidRequest: it is something else.
    """
    try:
        return unpack(body)
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
