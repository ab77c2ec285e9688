"""A request as a value: what is sent, and how its answer is read. Only the clients send it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Generic, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from api.client.frames import Frame
from index.errors import InvalidRequest

Result = TypeVar("Result", covariant=True)  # noqa: PLC0105  it is never assigned to
BodyType = TypeVar("BodyType", bound=BaseModel)
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Params = Mapping[str, str | int | bool]
Source = Path | bytes | IO[bytes]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file to hand in: a path, bytes, or something that is open; and what it is called."""

    source: Source
    name: str

    @property
    def is_readable_again(self) -> bool:
        """Whether it can be sent a second time."""
        return isinstance(self.source, Path | bytes) or self.source.seekable()

    @contextmanager
    def opened(self) -> Iterator[IO[bytes] | bytes]:
        """Give what is to be sent; httpx goes back to the beginning of what is open."""
        if isinstance(self.source, Path):
            with self.source.open("rb") as file:
                yield file
            return
        yield self.source


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A request whose answer comes whole.

    Attributes:
        read: reads the answer's bytes.
        content: body, of the type `content_type`.
        file: sent as a form with the fields `form`, instead of a body.
        makes: makes something; an Idempotency-Key sees to it that a repetition makes nothing more.
        is_repeatable: may be sent again when the server was busy or the connection was lost.
    """

    method: Method
    path: str
    read: Callable[[bytes], Result]
    params: Params = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = JSON
    file: FileToSend | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    makes: bool = False
    is_repeatable: bool = True

    @property
    def can_repeat(self) -> bool:
        """Whether it can be sent again, and may."""
        return self.is_repeatable and (self.file is None or self.file.is_readable_again)

    @contextmanager
    def files(self) -> Iterator[dict[str, tuple[str, IO[bytes] | bytes]] | None]:
        """Give the files of the form, if it is one."""
        if self.file is None:
            yield None
            return
        with self.file.opened() as opened:
            yield {"file": (self.file.name, opened)}


@dataclass(frozen=True, slots=True)
class Stream(Generic[Result]):
    """A request whose answer comes as events.

    Attributes:
        read: reads an event; None for one that is to be passed over.
    """

    method: Method
    path: str
    read: Callable[[Frame], Result | None]
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def path(*parts: str | int) -> str:
    """Return the address of something; no part of it can lead anywhere else.

    Raises:
        InvalidRequest: a part is empty or made of dots, and would name what is above it.
    """
    for part in parts:
        if not str(part).strip("."):
            raise InvalidRequest(f"nothing on a server is called {part!r}")
    return "/".join(["/v1", *(quote(str(part), safe="") for part in parts)])


def given(**params: str | int | bool | None) -> Params:
    """Return the parameters that were given."""
    return {name: value for name, value in params.items() if value is not None}


def content(body: BaseModel) -> bytes:
    """Return a body as JSON."""
    return body.model_dump_json(by_alias=True).encode()


def content_of(**fields: object) -> bytes:
    """Return the fields that were given as JSON."""
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def reads(body: type[BodyType]) -> Callable[[bytes], BodyType]:
    """Return what reads a body from JSON."""
    return body.model_validate_json


def nothing(_: bytes) -> None:
    """Read an answer that says nothing."""


def as_it_is(answered: bytes) -> bytes:
    """Read an answer that is no JSON."""
    return answered


def sent_file(source: Source, name: str | None) -> FileToSend:
    """Return a file to hand in, called as its path says unless it is named."""
    told = source.name if isinstance(source, Path) else "document"
    return FileToSend(source, name or told)
