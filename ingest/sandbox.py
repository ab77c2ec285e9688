"""The killable process in which every byte of an uploaded file is parsed.

The host starts one child per reading: its own session, an empty environment, an empty folder, hard
limits on memory, processor time, files and core dumps, and bubblewrap around all of it where that
works. It reads nothing from the child but frames, waits for each at most as long as the limits
allow, and kills the whole process group afterwards. The parent never looks into the file itself.
Design after dangerzone, which passes only RGB out.
"""

import contextlib
import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, NoReturn, Self, cast

from index.errors import RenderTimeout, SandboxUnavailable
from ingest.bubblewrap import (
    CODE_ROOT,
    DOCUMENT,
    SEARCH_PATH,
    Absent,
    Bubblewrap,
    find_bubblewrap,
    required,
)
from ingest.child import Task
from ingest.frames import (
    LENGTH,
    MAX_HEADER_BYTES,
    MAX_WORDS_BYTES,
    BadFrame,
    Drawn,
    Message,
    checked_length,
    parse_header,
    parse_words,
)
from ingest.limits import Limits

# -I hides the working folder and every PYTHON* variable, so the child is told where the code lives.
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.child import main; main()"
PIPE_BYTES = 2**20
SIGNALLED = 128  # to this bubblewrap adds the number of the signal that ended what it ran
NOT_STARTED = (1, 126, 127)  # how bubblewrap ends, or its helpers do, when they start nothing
SandboxChoice = Literal["auto", "require", "off"]

logger = logging.getLogger(__name__)


class ChildDied(Exception):
    """The child ended, or said something invalid, where a message was due."""


class Patience:
    """How long the host still waits: for the next message, and for all of them together."""

    def __init__(self, limits: Limits) -> None:
        self._page_s = limits.page_timeout_s
        self._left_s = limits.document_timeout_s

    @contextlib.contextmanager
    def deadline(self) -> Iterator[float]:
        """The moment, by the monotonic clock, until which this wait may last.

        Raises:
            RenderTimeout: the document has used up its time.
        """
        if self._left_s <= 0:
            raise RenderTimeout("the document took longer than its limit and was stopped")
        started = time.monotonic()
        try:
            yield started + min(self._page_s, self._left_s)
        finally:
            self._left_s -= time.monotonic() - started

    @property
    def is_over(self) -> bool:
        """Whether the document has used up its time."""
        return self._left_s <= 0


class Child:
    """One running child; a context manager that leaves no process behind.

    Args:
        task: what it is told to read.
        patience: how long it may take.
        bubblewrap: the sandbox around it, if there is one. The thread that starts a child in it
            must outlive the child.
        boot: the Python program that it runs.

    Raises:
        SandboxUnavailable: the machine cannot start it.
    """

    def __init__(
        self,
        task: Task,
        patience: Patience,
        *,
        bubblewrap: Bubblewrap | None = None,
        boot: str = BOOT,
    ) -> None:
        self._limits = task.limits
        self._patience = patience
        self._is_silent = True
        self._bubblewrap = bubblewrap
        self._folder = tempfile.TemporaryDirectory(prefix="pagesight-")
        try:
            self._process = self._started(task, boot)
        except OSError as error:
            self._folder.cleanup()
            raise SandboxUnavailable(f"no process can be started to read files: {error}") from error
        self._pipe = cast("IO[bytes]", self._process.stdout)
        with contextlib.suppress(OSError):  # a user over their pipe quota keeps the small pipe
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def _started(self, task: Task, boot: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-I", "-c", boot, str(CODE_ROOT)]
        source = os.devnull
        if self._bubblewrap is not None:
            command = self._bubblewrap.command(task.path, command)
            source = task.path if self._bubblewrap.is_root else os.devnull
            task = replace(task, path=DOCUMENT)
        with Path(source).open("rb") as document:
            return subprocess.Popen(  # noqa: S603 - fixed programs, no shell, one JSON argument
                [*command, task.to_json()],
                stdin=document,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": SEARCH_PATH},
                cwd=self._folder.name,
                start_new_session=True,
                bufsize=0,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kill()
        self._pipe.close()
        self._folder.cleanup()

    def next_message(self) -> Message:
        """Wait for the child's next message.

        Raises:
            ChildDied: it ended, or broke the protocol.
            RenderTimeout: it took too long; the child is of no more use.
            SandboxUnavailable: it never began.
        """
        with self._patience.deadline() as deadline:
            try:
                message = parse_header(self._read_counted(MAX_HEADER_BYTES, deadline))
                if isinstance(message, Drawn):
                    return self._with_words_and_pixels(message, deadline)
            except BadFrame as error:
                raise ChildDied(f"the child broke the protocol: {error}") from error
            return message

    def _with_words_and_pixels(self, page: Drawn, deadline: float) -> Drawn:
        limits = self._limits
        is_in_budget = 0 < page.width * page.height <= limits.max_pixels + limits.max_edge_px
        if not is_in_budget or max(page.width, page.height) > limits.max_edge_px:
            raise BadFrame(f"a page of {page.width} x {page.height} pixels")
        words = parse_words(self._read_counted(MAX_WORDS_BYTES, deadline))
        pixels = self._read(page.width * page.height * 3, deadline)
        return replace(page, words=words, pixels=pixels)

    def _read_counted(self, most: int, deadline: float) -> bytearray:
        length = checked_length(self._read(LENGTH.size, deadline), most)
        return self._read(length, deadline)

    def _read(self, n_bytes: int, deadline: float) -> bytearray:
        data = bytearray(n_bytes)
        view = memoryview(data)
        poller = select.poll()
        poller.register(self._pipe, select.POLLIN)
        while view:
            wait_ms = (deadline - time.monotonic()) * 1000
            if wait_ms <= 0 or not poller.poll(wait_ms):
                raise RenderTimeout("the page took longer than its limit and was stopped")
            n_read = os.readv(self._pipe.fileno(), [view])
            if not n_read:
                self._explain_end()
            self._is_silent = False
            view = view[n_read:]
        return data

    def _explain_end(self) -> NoReturn:
        status = self._ended()
        if status == -signal.SIGXCPU:
            raise RenderTimeout("the page used up its processor time and was stopped")
        if self._bubblewrap is not None and self._is_silent and status in NOT_STARTED:
            raise SandboxUnavailable(f"bubblewrap started no reader of files: status {status}")
        raise ChildDied(f"the child ended with status {status}")

    def _ended(self) -> int:
        """The status of the child, as `subprocess` would tell that of a child of its own."""
        self._kill()
        status: int = self._process.returncode
        if self._bubblewrap is not None and status > SIGNALLED:
            return SIGNALLED - status
        return status

    def _kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


StartChild = Callable[[Task, Patience], Child]


def starter(choice: SandboxChoice) -> StartChild:
    """What starts children as the setting wants them.

    Raises:
        MissingDependency: bubblewrap is required, and is not there or does not work here.
    """
    if choice == "require":
        return partial(Child, bubblewrap=required())
    return Child if choice == "off" else start_as_the_machine_allows


def start_as_the_machine_allows(task: Task, patience: Patience) -> Child:
    """Start a child in bubblewrap where it works, and with its limits alone elsewhere."""
    return Child(task, patience, bubblewrap=found_or_told())


@cache
def found_or_told() -> Bubblewrap | None:
    """Bubblewrap; where there is none, the log says so once."""
    found = find_bubblewrap()
    if isinstance(found, Absent):
        told = {"reason": found.reason, "mend": found.mend}
        logger.warning("files are read without bubblewrap, with limits alone", extra=told)
        return None
    return found
