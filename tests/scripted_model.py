"""A model server whose replies a test writes beforehand: a real ASGI application under uvicorn."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tests.serving import served

STALL_S = 60.0  # longer than any test waits
USAGE = {"prompt_tokens": 900, "completion_tokens": 30, "total_tokens": 930}


@dataclass(frozen=True)
class Play:
    """One reply: a status, then pieces of the body, each after a wait."""

    status: int = 200
    pieces: Sequence[bytes] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    before_s: float = 0.0  # before the status
    between_s: float = 0.0  # before each piece but the first
    stalls: bool = False  # after the last piece, instead of the end
    breaks: bool = False  # after the last piece: the connection, where the end should be


def chunk(text: str | None, **more: Any) -> bytes:
    """An event of a streamed completion."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    body = {"id": "c", "object": "chat.completion.chunk", "choices": [choice], **more}
    return f"data: {json.dumps(body)}\n\n".encode()


def streamed(text: str, *, size: int = 12, **play: Any) -> Play:
    """A completion in events of a few characters, with its tokens at the end."""
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    end = [chunk(None, choices=[], usage=USAGE), b"data: [DONE]\n\n"]
    return Play(pieces=[*map(chunk, parts), *end], **play)


def whole(text: str, *, usage: Mapping[str, int] = USAGE, **play: Any) -> Play:
    """A completion in one JSON body, as servers send it that do not stream."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    return Play(pieces=[json.dumps({"choices": [choice], "usage": usage}).encode()], **play)


def failing(status: int, message: str = "no", **headers: str) -> Play:
    """An error; a header's name is written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Play(status, [json.dumps({"error": {"message": message}}).encode()], named)


def reply(*sentences: tuple[str, Sequence[tuple[str, str]]], answerable: bool = True) -> str:
    """The JSON that the prompt asks for: sentences, each with its labels and quotes."""
    told = [
        {"text": text, "quotes": [{"page_label": label, "quote": quote} for label, quote in quotes]}
        for text, quotes in sentences
    ]
    return json.dumps({"answerable": answerable, "sentences": told})


class ScriptedModel:
    """Plays its script, the last reply again and again; remembers what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.script: list[Play] = [streamed("{}")]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.has_left = threading.Event()  # a caller went before the end

    def plays(self, *script: Play) -> None:
        self.script = list(script)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        self.headers.append(request.headers)
        self.asked.append(await request.json() | {"path": scope["path"]})
        play = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        playing = asyncio.create_task(_play(play, send))
        leaving = asyncio.create_task(_leave(receive))
        await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            self.has_left.set()
        for task in (playing, leaving):
            task.cancel()
        done = await asyncio.gather(playing, leaving, return_exceptions=True)
        if isinstance(done[0], _Broken):
            raise done[0]


class _Broken(Exception):
    """Makes uvicorn close the connection in the middle of a body."""


async def _play(play: Play, send: Send) -> None:
    await asyncio.sleep(play.before_s)
    headers = [(name.encode(), value.encode()) for name, value in play.headers.items()]
    await send({"type": "http.response.start", "status": play.status, "headers": headers})
    for number, piece in enumerate(play.pieces):
        if number and play.between_s:
            await asyncio.sleep(play.between_s)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if play.breaks:
        raise _Broken
    if play.stalls:
        await asyncio.sleep(STALL_S)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _leave(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """Serve one on a free port."""
    played = ScriptedModel()
    with served(played, lifespan="off") as url:
        played.url = f"{url}/v1"
        yield played
