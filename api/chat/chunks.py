"""Answers as chat completions that come in pieces."""

import json

from api.chat.bodies import Annotation
from api.chat.completion import Exchange, footer, usage
from api.chat.problems import as_openai
from api.events import AnswerEvent, TokenBody
from api.questions.bodies import AnswerResponse
from api.schemas import Problem

ANEW = "\n\n(The answer begins anew.)\n\n"  # what has been sent cannot be taken back
DONE = b"data: [DONE]\n\n"


class Chunks:
    """Writes the events of one answer as chunks: `token`s, then `done`, or an `error`.

    Args:
        exchange: what was asked.
        between: stands between sentences.
        include_usage: tell the tokens in a chunk of their own at the end.
    """

    def __init__(self, exchange: Exchange, *, between: str, include_usage: bool) -> None:
        self._exchange = exchange
        self._between = between
        self._include_usage = include_usage
        self._n_sentences = 0
        self._n_characters = 0

    def frame(self, event: AnswerEvent) -> bytes:
        """Return an event as it goes over the wire."""
        if isinstance(event.body, Problem):
            return _data(as_openai(event.body).model_dump())
        if isinstance(event.body, TokenBody):
            return self._sentence(event.body)
        if isinstance(event.body, AnswerResponse):
            return self._end(event.body)
        raise TypeError(f"an answer in a chat has no event {event.name!r}")

    def _sentence(self, token: TokenBody) -> bytes:
        begins = not self._n_sentences
        goes_on = token.sentence >= self._n_sentences
        before = "" if begins else self._between if goes_on else ANEW
        self._n_sentences = token.sentence + 1
        return (self._role() if begins else b"") + self._content(before + token.text)

    def _end(self, found: AnswerResponse) -> bytes:
        cited = self._exchange.annotations(found, begins=self._n_characters)
        told = self._content(footer(found), cited) if cited or found.warnings else b""
        end = {"pagesight": self._exchange.details(found).model_dump()}
        told += self._chunk({}, "stop", **end)
        if self._include_usage:
            told += _data({**self._head(), "choices": [], "usage": usage(found).model_dump()})
        return told + DONE

    def _role(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def _content(self, text: str, cited: list[Annotation] | None = None) -> bytes:
        self._n_characters += len(text)
        annotations = [one.model_dump() for one in cited or []]
        return self._chunk(
            {"content": text, **({"annotations": annotations} if annotations else {})}
        )

    def _chunk(
        self, delta: dict[str, object], finish_reason: str | None = None, **more: object
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        spent = {"usage": None} if self._include_usage else {}
        return _data({**self._head(), "choices": [choice], **spent, **more})

    def _head(self) -> dict[str, object]:
        return {
            "id": self._exchange.id,
            "object": "chat.completion.chunk",
            "created": self._exchange.created,
            "model": self._exchange.model,
        }


def _data(body: dict[str, object]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
