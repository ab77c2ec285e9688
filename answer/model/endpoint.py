"""One model at an OpenAI-compatible endpoint, asked within a deadline.

Tries again only while no byte of a reply has come, and only as far as the deadline and the
endpoint's own `Retry-After` allow; leaves an endpoint alone that keeps failing.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from answer.model.background import Background
from answer.model.breaker import CircuitBreaker
from answer.model.calls import UNWATCHED, Call, Calls
from answer.model.completion import BadReply, Completion, CompletionReader
from answer.model.deadline import Deadline
from answer.model.failure import CallFailed, refused
from answer.model.request import ChatRequest, Options, leave_out
from answer.stop import Stop
from index.errors import VlmUnavailable

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Emit = Callable[[str | Completion], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What one call may take.

    Attributes:
        connect_s: time to connect.
        silence_s: longest wait for the next bytes.
        max_retries: tries after the first.
    """

    connect_s: float = 5.0
    silence_s: float = 60.0
    max_retries: int = 2


class ChatEndpoint:
    """Asks one model.

    Args:
        base_url: the endpoint's `/v1` address.
        model: the model's name there.
        key: the API key; endpoints without keys take any text.
        limits: of one call.
        breaker: remembers how the endpoint does.
        calls: is told of each try.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str = "",
        *,
        limits: CallLimits | None = None,
        breaker: CircuitBreaker | None = None,
        calls: Calls = UNWATCHED,
    ) -> None:
        self.model = model
        self.name = f"model {model} at {base_url}"
        self._base_url = base_url
        self._key = key
        self._limits = limits or CallLimits()
        self._breaker = breaker or CircuitBreaker()
        self._calls = calls
        self._background: Background[str | Completion] = Background()
        self._left_out: Options = frozenset()
        self._client: AsyncOpenAI | None = None

    def warm(self) -> None:
        """Begin to import the SDK, which takes seconds; nothing is sent."""
        self._background.soon(self._open)

    def stream(
        self, request: ChatRequest, deadline: Deadline, stop: Stop
    ) -> Iterator[str | Completion]:
        """Yield the reply as it comes, and at the end the whole of it.

        Raises:
            AnswerCancelled: it was stopped.
            VlmUnavailable: there is no reply, or it is no chat completion.
        """
        return self._background.stream(partial(self._complete, request, deadline), stop)

    def close(self) -> None:
        """Let go of the connections."""
        self._background.close(self._close)

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _complete(self, request: ChatRequest, deadline: Deadline, emit: Emit) -> None:
        try:
            async with asyncio.timeout(deadline.left_s):
                emit(await self._try(request, deadline, emit))
        except TimeoutError as error:
            self._breaker.failed()
            raise VlmUnavailable(
                f"{self.name} took longer than {deadline.timeout_s:g} s; ask again later, or set "
                f"PAGESIGHT_VLM_TIMEOUT_S"
            ) from error

    async def _try(self, request: ChatRequest, deadline: Deadline, emit: Emit) -> Completion:
        attempt = 0
        while True:
            try:
                return await self._admitted(request, emit)
            except CallFailed as failed:
                wait_s = failed.wait_s(attempt)
                is_last = attempt >= self._limits.max_retries or wait_s >= deadline.left_s
                if is_last or not failed.may_pass:
                    raise VlmUnavailable(f"{self.name} {failed.reason}") from failed
                _log.info("model asked again", extra={"model": self.model, "wait_s": wait_s})
            await asyncio.sleep(wait_s)
            attempt += 1

    async def _admitted(self, request: ChatRequest, emit: Emit) -> Completion:
        """Make one try, if the circuit lets it through, and tell the breaker how it went."""
        if not self._breaker.admits():
            raise CallFailed(
                f"keeps failing and is left alone for {self._breaker.rest_left_s:.0f} s more"
            )
        try:
            completion = await self._in_its_dialect(request, emit)
        except CallFailed as failed:
            (self._breaker.failed if failed.is_outage else self._breaker.succeeded)()
            raise
        except asyncio.CancelledError:
            self._breaker.left()
            raise
        self._breaker.succeeded()
        return completion

    async def _in_its_dialect(self, request: ChatRequest, emit: Emit) -> Completion:
        """Leave out what the endpoint refuses; what helped is remembered."""
        left_out = self._left_out
        while True:
            try:
                with self._calls.call(self.model) as call:
                    completion = await self._once(request, left_out, emit, call)
                    call.answered(completion.usage)
            except CallFailed as failed:
                less = leave_out(failed, left_out)
                if less is None:
                    raise
                left_out = less
            else:
                self._left_out = left_out
                return completion

    async def _once(
        self, request: ChatRequest, left_out: Options, emit: Emit, call: Call
    ) -> Completion:
        import httpx2  # noqa: PLC0415  slow to import; the SDK lets its errors through
        import openai  # noqa: PLC0415  likewise

        reader = CompletionReader()
        try:
            await self._read(reader, request, left_out, emit, call)
            return reader.finish()
        except openai.APIStatusError as error:
            told = error.response.text
            raise refused(
                error.status_code, told, error.response.headers, datetime.now(UTC)
            ) from error
        except (openai.APITimeoutError, httpx2.TimeoutException) as error:
            raise CallFailed(self._silence(error), may_pass=reader.n_bytes == 0) from error
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            reason = f"cannot be reached: {_told(error.__cause__ or error)}"
            raise CallFailed(reason, may_pass=reader.n_bytes == 0) from error
        except BadReply as error:
            raise CallFailed(str(error)) from error

    async def _read(
        self,
        reader: CompletionReader,
        request: ChatRequest,
        left_out: Options,
        emit: Emit,
        call: Call,
    ) -> None:
        asked = self._open().chat.completions.with_streaming_response.create(
            model=self.model,
            messages=request.messages,
            stream=True,
            extra_headers=call.headers,
            extra_body=request.options(left_out),
        )
        async with asked as response:
            async for data in response.iter_bytes():
                for text in reader.feed(data):
                    emit(text)

    def _silence(self, error: Exception) -> str:
        if "connect" in type(error.__cause__ or error).__name__.casefold():
            return f"cannot be reached: no connection within {self._limits.connect_s:g} s"
        return f"was silent for longer than {self._limits.silence_s:g} s"

    def _open(self) -> "AsyncOpenAI":
        if self._client is None:
            import openai  # noqa: PLC0415  slow to import, and most deployments never call it

            self._client = openai.AsyncOpenAI(
                base_url=self._base_url,
                api_key=self._key or "none",
                timeout=openai.Timeout(self._limits.silence_s, connect=self._limits.connect_s),
                max_retries=0,
            )
        return self._client


def _told(error: BaseException) -> str:
    return str(error) or type(error).__name__
