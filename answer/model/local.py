"""A model in this process: one prompt at a time, and few that wait.

The model is loaded when it is first needed, in the one thread that owns it. Whoever waits is let go
at once when it is stopped or out of time; the work itself then ends before its next layer.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from answer.model.background import Background
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.request import ChatRequest
from answer.stop import Stop
from index.devices import best_device
from index.encoders.visual.checkpoint import Source
from index.errors import InvalidRequest, PagesightError, VlmUnavailable

if TYPE_CHECKING:
    from answer.model.generator import Generator

MAX_WAITING = 8  # a reply takes seconds to minutes; who comes ninth would rather be told
Emit = Callable[[str | Completion], None]


class _Left(Exception):
    """Nobody waits for the reply any more."""


class LocalModel:
    """Asks a model of `transformers` in this process.

    Args:
        source: where its files are.
        device: `cpu`, or a device of torch such as `cuda`; None takes CUDA where there is one.
        max_waiting: prompts that may wait while one is answered.
    """

    def __init__(
        self, source: Source, *, device: str | None = None, max_waiting: int = MAX_WAITING
    ) -> None:
        self.model = Path(source.name).name if Path(source.name).is_dir() else source.name
        self.name = f"model {self.model} in this process"
        self._source = source
        self._device = device
        self._max_waiting = max_waiting
        self._n_taken = 0  # counted in the event loop alone
        self._background: Background[str | Completion] = Background()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generate")
        self._generator: Generator | None = None

    @classmethod
    def named(cls, name: str, *, device: str | None, allow_network: bool) -> "LocalModel":
        """Return the model of a folder, or of `name@commit` on the hub.

        Raises:
            InvalidRequest: there is no name.
            MissingDependency: a package is not installed.
        """
        from answer.model.generator import check_packages  # noqa: PLC0415  only when wanted

        check_packages()
        if not name:
            raise InvalidRequest("a model in this process needs a folder, or name@commit")
        found, _, revision = (name, "", "") if Path(name).is_dir() else name.partition("@")
        return cls(Source(found, revision or None, allow_network=allow_network), device=device)

    def warm(self) -> None:
        """Begin to load the model; why it cannot be loaded is told to who asks it."""
        self._thread.submit(self._loaded)

    def stream(
        self, request: ChatRequest, deadline: Deadline, stop: Stop
    ) -> Iterator[str | Completion]:
        """Yield the reply as it comes, and at the end the whole of it.

        Raises:
            AnswerCancelled: it was stopped.
            InvalidRequest: a picture cannot be read.
            VlmUnavailable: the model cannot be loaded or fails, too many wait, or time is up.
        """
        return self._background.stream(partial(self._complete, request, deadline), stop)

    def close(self) -> None:
        """End what runs and let go of the model."""
        self._background.close()
        self._thread.shutdown(cancel_futures=True)
        self._generator = None

    async def _complete(self, request: ChatRequest, deadline: Deadline, emit: Emit) -> None:
        if self._n_taken > self._max_waiting:
            raise VlmUnavailable(
                f"{self.name} is busy and {self._max_waiting} prompts wait; ask again later"
            )
        left = Event()
        work = partial(self._written, request, left, emit)
        self._n_taken += 1
        try:
            async with asyncio.timeout(deadline.left_s):
                emit(await asyncio.get_running_loop().run_in_executor(self._thread, work))
        except TimeoutError as error:
            raise VlmUnavailable(
                f"{self.name} took longer than {deadline.timeout_s:g} s; ask again later, or set "
                f"PAGESIGHT_VLM_TIMEOUT_S"
            ) from error
        finally:
            left.set()
            self._n_taken -= 1

    def _written(self, request: ChatRequest, left: Event, emit: Emit) -> Completion:
        """Write a reply, in the thread that owns the model."""

        def check() -> None:
            if left.is_set():
                raise _Left

        check()
        generator = self._loaded()
        return generator.write(request, emit, check)

    def _loaded(self) -> "Generator":
        if self._generator is None:
            from answer.model.generator import Generator  # noqa: PLC0415  brings torch

            try:
                self._generator = Generator.load(self._source, device=self._device or best_device())
            except PagesightError as error:
                raise VlmUnavailable(f"{self.name} cannot be loaded: {error}") from error
        return self._generator
