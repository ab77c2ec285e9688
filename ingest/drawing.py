"""Draws the pages of a file in sandboxed children; a second engine is asked where one fails."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from index.errors import (
    Corrupt,
    DocumentRejected,
    EmptyDocument,
    Encrypted,
    NotADocument,
    PageTooLarge,
    RenderFailed,
    RenderTimeout,
    TooLarge,
    TooManyPages,
)
from ingest.child import EngineName, Task
from ingest.formats import Format
from ingest.frames import Drawn, Message, Opened, Refused
from ingest.limits import Limits
from ingest.sandbox import Child, ChildDied, Patience, StartChild

ERRORS: dict[str, type[DocumentRejected]] = {
    error.code: error
    for error in (
        Corrupt,
        EmptyDocument,
        Encrypted,
        NotADocument,
        PageTooLarge,
        RenderFailed,
        RenderTimeout,
        TooLarge,
        TooManyPages,
    )
}
# True whatever the engine: no second one is asked.
FINAL = (NotADocument, TooLarge, TooManyPages)


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """What a file is: its format, its pages, and the engine that could open it."""

    format: Format
    n_pages: int
    engine: str


class DrawnPage(NamedTuple):
    """A page as the engine of this name drew it."""

    drawn: Drawn
    engine: str


class PageTrouble(NamedTuple):
    """A page that no engine could draw, and why the first one could not."""

    number: int
    error: DocumentRejected


class Opening(NamedTuple):
    """A child that has opened the file."""

    child: Child
    format: Format
    n_pages: int
    engine: EngineName

    @property
    def reads_as(self) -> str:
        """The program that draws: the engine for PDF files, Pillow for images."""
        return self.engine if self.format is Format.PDF else "pillow"


class Drawing:
    """One reading of one file; all waiting for its children counts against one limit."""

    def __init__(
        self,
        path: Path,
        limits: Limits,
        engines: Sequence[EngineName],
        *,
        start: StartChild = Child,
    ) -> None:
        self._path = path.resolve()
        self._limits = limits
        self._engines = tuple(engines)
        self._start = start
        self._patience = Patience(limits)

    def probe(self) -> DocumentProbe:
        """Open the file and look no further.

        Raises:
            DocumentRejected: no engine can open it, or it is over a limit.
        """
        with self._opened(self._engines, 1, 0) as opening:
            return DocumentProbe(opening.format, opening.n_pages, opening.reads_as)

    def pages(self, first: int, last: int) -> Generator[DrawnPage | PageTrouble]:
        """Draw pages `first` to `last`, one after the other.

        Raises:
            DocumentRejected: no engine can open the file, or its time is over.
        """
        number = first
        while number <= last:
            with self._opened(self._engines, number, last) as opening:
                for page in read_stream(opening.child, number, last):
                    yield self._settled(page, number, opening)
                    number += 1

    def _settled(
        self, page: Drawn | DocumentRejected, number: int, opening: Opening
    ) -> DrawnPage | PageTrouble:
        if isinstance(page, Drawn):
            return DrawnPage(page, opening.reads_as)
        if self._patience.is_over:
            raise page
        if opening.format is Format.PDF:
            others = tuple(name for name in self._engines if name != opening.engine)
            return self._second_opinion(others, number, page)
        return PageTrouble(number, page)

    def _second_opinion(
        self, engines: Sequence[EngineName], number: int, error: DocumentRejected
    ) -> DrawnPage | PageTrouble:
        for name in engines:
            try:
                with self._opened((name,), number, number) as opening:
                    page = next(read_stream(opening.child, number, number))
            except DocumentRejected:
                continue  # the first engine's error says more about the file
            if isinstance(page, Drawn):
                return DrawnPage(page, name)
        return PageTrouble(number, error)

    @contextmanager
    def _opened(self, engines: Sequence[EngineName], first: int, last: int) -> Iterator[Opening]:
        errors: list[DocumentRejected] = []
        for name in engines:
            task = Task(str(self._path), name, first, last, self._limits)
            with self._start(task, self._patience) as child:
                opened = opening_message(child, self._limits)
                if isinstance(opened, Opened):
                    yield Opening(child, opened.format, opened.n_pages, name)
                    return
                errors.append(opened)
                if isinstance(opened, FINAL):
                    break
        raise next((error for error in errors if isinstance(error, Encrypted)), errors[0])


def opening_message(child: Child, limits: Limits) -> Opened | DocumentRejected:
    """The child's first message, or the error that stands for its silence or its lie."""
    try:
        message = child.next_message()
        if isinstance(message, Opened):
            limits.check_pages(message.n_pages)
    except (RenderTimeout, TooManyPages) as error:
        return error
    except ChildDied as error:
        return Corrupt(f"the file cannot be opened: {error}")
    if isinstance(message, Opened) and message.n_pages > 0:
        return message
    return refused(message, 0)


def read_stream(child: Child, first: int, last: int) -> Iterator[Drawn | DocumentRejected]:
    """The pages that a child sends; ends early, after an error, when the child is gone."""
    for number in range(first, last + 1):
        try:
            message = child.next_message()
        except RenderTimeout as error:
            yield error
            return
        except ChildDied as error:
            yield RenderFailed(f"page {number} ended the engine: {error}")
            return
        if isinstance(message, Drawn) and message.number == number:
            yield message
        else:
            yield refused(message, number)


def refused(message: Message, number: int) -> DocumentRejected:
    """The error that a refusal carries; anything else than a refusal was not due."""
    if isinstance(message, Refused) and message.number == number and message.code in ERRORS:
        return ERRORS[message.code](message.message)
    return RenderFailed(f"the engine answered out of turn about page {number}")
