"""The killable process in which every byte of an uploaded file is parsed.

The host starts one child per reading: its own session, an empty environment, an empty folder, hard
limits on memory, processor time, files and core dumps. It reads nothing from the child but frames,
waits for each at most as long as the limits allow, and kills the whole process group afterwards.
The parent never opens the file itself. Design after dangerzone, which passes only RGB out.
"""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self, cast

from index.errors import RenderTimeout
from ingest.child import Task
from ingest.frames import (
    LENGTH,
    BadFrame,
    Drawn,
    Message,
    header_length,
    parse_header,
)
from ingest.limits import Limits

# -I hides the working folder and every PYTHON* variable, so the child is told where the code lives.
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.child import main; main()"
CODE_ROOT = Path(__file__).resolve().parents[1]
SEARCH_PATH = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
PIPE_BYTES = 2**20


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
        boot: the Python program that it runs.
    """

    def __init__(self, task: Task, patience: Patience, *, boot: str = BOOT) -> None:
        self._max_pixels = task.limits.max_pixels + task.limits.max_edge_px
        self._patience = patience
        self._folder = tempfile.TemporaryDirectory(prefix="pagesight-")
        self._process = subprocess.Popen(  # noqa: S603 - fixed program, no shell, one JSON argument
            [sys.executable, "-I", "-c", boot, str(CODE_ROOT), task.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": SEARCH_PATH},
            cwd=self._folder.name,
            start_new_session=True,
            bufsize=0,
        )
        self._pipe = cast("IO[bytes]", self._process.stdout)
        with contextlib.suppress(OSError):  # a user over their pipe quota keeps the small pipe
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

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
        """
        with self._patience.deadline() as deadline:
            try:
                message = parse_header(self._read(self._header_length(deadline), deadline))
                if isinstance(message, Drawn):
                    return self._with_pixels(message, deadline)
            except BadFrame as error:
                raise ChildDied(f"the child broke the protocol: {error}") from error
            return message

    def _header_length(self, deadline: float) -> int:
        return header_length(self._read(LENGTH.size, deadline))

    def _with_pixels(self, page: Drawn, deadline: float) -> Drawn:
        if not 0 < page.width * page.height <= self._max_pixels:
            raise BadFrame(f"a page of {page.width} x {page.height} pixels")
        return replace(page, pixels=self._read(page.width * page.height * 3, deadline))

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
            view = view[n_read:]
        return data

    def _explain_end(self) -> NoReturn:
        self._kill()
        if self._process.returncode == -signal.SIGXCPU:
            raise RenderTimeout("the page used up its processor time and was stopped")
        raise ChildDied(f"the child ended with status {self._process.returncode}")

    def _kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
