"""A chat completion read as it comes: server-sent events, or one JSON body.

Endpoints differ in what else they send; only text, the reason of the end and tokens are read.
"""

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from answer.answers import Usage

MAX_BYTES = 8 * 2**20
_FIELDS = (b"event:", b"id:", b"retry:", b":")


class BadReply(ValueError):
    """What came is no chat completion; the message says how."""


@dataclass(frozen=True, slots=True)
class Completion:
    """All that the model wrote, and the tokens it took."""

    text: str
    usage: Usage


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Tokens(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(BaseModel):
    choices: list[_Choice] = []
    usage: _Tokens | None = None
    error: object = None


class _Whole(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Tokens | None = None


class CompletionReader:
    """Reads the body of one response.

    Args:
        max_bytes: a longer body is refused while it comes.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.n_bytes = 0
        self._max_bytes = max_bytes
        self._line = bytearray()
        self._others: list[bytes] = []
        self._texts: list[str] = []
        self._usage = Usage()
        self._is_streamed = False
        self._is_done = False

    def feed(self, data: bytes) -> list[str]:
        """Return the pieces of text that end with these bytes.

        Raises:
            BadReply: the body is too long, or no chat completion.
        """
        self.n_bytes += len(data)
        if self.n_bytes > self._max_bytes:
            raise BadReply(f"sent more than {self._max_bytes} bytes")
        *lines, rest = data.split(b"\n")
        n_told = len(self._texts)
        for line in lines:
            self._line += line
            self._read_line(bytes(self._line).rstrip(b"\r"))
            self._line.clear()
        self._line += rest
        return self._texts[n_told:]

    def finish(self) -> Completion:
        """Return the completion after the last byte.

        Raises:
            BadReply: the body is no chat completion, or breaks off.
        """
        self._read_line(bytes(self._line))
        self._line.clear()
        if not self._is_streamed:
            self._read_whole(b"\n".join(self._others))
        elif not self._is_done:
            raise BadReply("broke off in the middle of its reply")
        return Completion("".join(self._texts), self._usage)

    def _read_line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._is_streamed = True
            self._read_event(line.removeprefix(b"data:").strip())
        elif line.strip() and not line.startswith(_FIELDS):
            self._others.append(line)

    def _read_event(self, data: bytes) -> None:
        if data == b"[DONE]":
            self._is_done = True
            return
        try:
            chunk = _Chunk.model_validate_json(data)
        except ValidationError as error:
            raise BadReply(f"sent an event that is no chat completion: {data[:80]!r}") from error
        if chunk.error is not None:
            raise BadReply("reported an error in the middle of its reply")
        self._count(chunk.usage)
        for choice in chunk.choices[:1]:
            self._is_done |= choice.finish_reason is not None
            self._keep(choice.delta or choice.message)

    def _read_whole(self, body: bytes) -> None:
        try:
            whole = _Whole.model_validate_json(body)
        except ValidationError as error:
            raise BadReply(f"sent a body that is no chat completion: {body[:80]!r}") from error
        if whole.choices[0].message is None:
            raise BadReply("sent a chat completion without a message")
        self._count(whole.usage)
        self._keep(whole.choices[0].message)

    def _keep(self, message: _Message | None) -> None:
        if message is not None and message.content:
            self._texts.append(message.content)

    def _count(self, tokens: _Tokens | None) -> None:
        if tokens is not None:
            self._usage = Usage(tokens.prompt_tokens or 0, tokens.completion_tokens or 0)
