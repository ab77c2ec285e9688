"""The sandboxed child: limits itself, opens one file with one engine, writes frames, ends.

It is started by `ingest.sandbox` and imports as little as it can: the engine it was told to use, no
numpy, nothing of the index but the errors.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, Self

from index.errors import DocumentRejected, RenderFailed
from ingest import frames
from ingest.formats import HEAD_BYTES, Format, detect
from ingest.limits import Limits

EngineName = Literal["pdfium", "poppler"]
CRASHED = 70  # EX_SOFTWARE of sysexits.h: never how a sandbox ends that could not be set up
MAX_OPEN_FILES = 64
MAX_FILE_BYTES = 2**26


@dataclass(frozen=True, slots=True)
class Task:
    """What a child is told: read pages `first` to `last` of one file, none if `last` < `first`."""

    path: str
    engine: EngineName
    first: int
    last: int
    limits: Limits

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a task back from `to_json`."""
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(**fields["limits"])})

    def to_json(self) -> str:
        """The task as one command line argument."""
        return json.dumps(asdict(self))


class Engine(Protocol):
    """An opened file that can be drawn page by page."""

    @property
    def n_pages(self) -> int:
        """Pages of the file, never 0."""

    def draw(self, number: int) -> frames.Drawn:
        """Draw one page, from 1, and read its text layer; raises `DocumentRejected`."""


def main() -> None:
    """Read the task from the last argument and answer it on standard output."""
    sys.excepthook = lambda *_: os._exit(CRASHED)
    task = Task.parse(sys.argv[-1])
    limit_process(task.limits)
    run(task, sys.stdout.buffer)


def limit_process(limits: Limits) -> None:
    """Set the hard limits of this process and of every program it starts."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def allow_cpu(cpu_s: int) -> None:
    """Let this process run `cpu_s` more seconds before it is killed by SIGXCPU."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(usage.ru_utime + usage.ru_stime)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + 1 + cpu_s, hard))


def run(task: Task, stream: BinaryIO) -> None:
    """Open the file, say so, and send one message for each page asked for."""
    allow_cpu(task.limits.cpu_s)
    try:
        engine, kind = open_file(task)
        task.limits.check_pages(engine.n_pages)
    except DocumentRejected as error:
        frames.write(stream, refusal(0, error))
        return
    frames.write(stream, frames.Opened(kind, engine.n_pages))
    for number in range(task.first, task.last + 1):
        allow_cpu(task.limits.cpu_s)
        try:
            if number > engine.n_pages:
                raise RenderFailed(f"page {number} is not among the {engine.n_pages} pages")
            frames.write(stream, engine.draw(number))
        except DocumentRejected as error:
            frames.write(stream, refusal(number, error))


def refusal(number: int, error: DocumentRejected) -> frames.Refused:
    """The message that carries an error."""
    return frames.Refused(number, error.code, str(error)[: frames.MAX_MESSAGE_CHARS])


def open_file(task: Task) -> tuple[Engine, Format]:
    """Open the file with the engine that fits its format.

    Raises:
        DocumentRejected: it is of no known format, or the engine refuses it.
    """
    path = Path(task.path)
    task.limits.check_bytes(path.stat().st_size)
    with path.open("rb") as file:
        kind = detect(file.read(HEAD_BYTES))
    try:
        return engine_for(kind, task.engine)(path, task.limits), kind
    except MemoryError as error:
        raise RenderFailed("the file needs more memory than the limit") from error


def engine_for(kind: Format, name: EngineName) -> Callable[[Path, Limits], Engine]:
    """Import the engine, and only this one."""
    if kind is not Format.PDF:
        from ingest.render_image import ImageFile  # noqa: PLC0415 - a child imports one engine

        return ImageFile
    if name == "poppler":
        from ingest.render_poppler import PopplerFile  # noqa: PLC0415 - a child imports one engine

        return PopplerFile
    from ingest.render_pdfium import PdfiumFile  # noqa: PLC0415 - a child imports one engine

    return PdfiumFile
