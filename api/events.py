"""What comes about bit by bit, as server-sent events (WHATWG HTML, section 9.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from api.questions.bodies import AnswerResponse, CitationBody, SearchResponse, SentenceBody
from api.schemas import Body, Problem

EventName = Literal["pages", "token", "citations", "done", "error"]
EVENT_STREAM = "text/event-stream"
PING = b": ping\n\n"  # a comment: keeps the connection, and says nothing


class TokenBody(Body):
    """A sentence of an answer that is still being written."""

    sentence: int = Field(description="its place; 0 once more begins the answer anew")
    text: str


class CitationsBody(Body):
    """What an answer stands on."""

    grounded: bool
    sentences: list[SentenceBody]
    citations: list[CitationBody]


_BODIES: dict[str, tuple[EventName, type[BaseModel]]] = {
    "pages": ("pages", SearchResponse),
    "token": ("token", TokenBody),
    "citations": ("citations", CitationsBody),
    "done": ("done", AnswerResponse),
    "error": ("error", Problem),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event; the name tells what its body is.

    Attributes:
        place: what a reader who lost the connection names to go on behind it; None tells none.
    """

    name: str
    body: BaseModel
    place: int | None = None

    def frame(self) -> bytes:
        """Return the event as it goes over the wire."""
        place = "" if self.place is None else f"id: {self.place}\n"
        return f"event: {self.name}\n{place}data: {self.body.model_dump_json()}\n\n".encode()


@dataclass(frozen=True, slots=True)
class AnswerEvent(Event):
    """An event of an answer."""

    name: EventName


def read_frames(lines: Iterable[str]) -> Iterator[AnswerEvent]:
    """Read events from the wire; comments and events of other names are passed over."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data" and name in _BODIES:
            known, body = _BODIES[name]
            yield AnswerEvent(known, body.model_validate_json(value))
