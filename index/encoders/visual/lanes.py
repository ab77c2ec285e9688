"""Two lanes in front of a model: questions go first, and one thread owns the device.

Work that waits at the same time shares a forward pass only where every tensor has the same shape,
so nothing is ever padded to fit beside a stranger. A pass that does not fit in memory is halved,
and the size that did not fit is not tried again.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from index.errors import EncoderOutOfMemory, EncoderUnavailable
from index.records import Float32

if TYPE_CHECKING:
    from torch import Tensor

Inputs: TypeAlias = "Mapping[str, Tensor]"
Forward: TypeAlias = Callable[[Inputs], Float32]

QUESTIONS_AT_ONCE = 16
PIXELS = "pixel_values"
OUT_OF_MEMORY = ("out of memory", "can't allocate memory")


@dataclass(eq=False, slots=True)
class _Job:
    inputs: Inputs
    done: "Future[Float32]" = field(default_factory=Future)


@dataclass(slots=True)
class _Lane:
    """What waits, and how many inputs fit in a pass: None until one did not fit."""

    jobs: deque[_Job] = field(default_factory=deque)
    fits: int | None = None


class Lanes:
    """Runs a model for any number of threads. Its own thread starts with the first work.

    Args:
        forward: the model: tensors of n inputs in, `(n, n_tokens, dim)` out.
        max_pixels: values of `pixel_values` that pages of several callers may have in one pass. A
            page by itself always runs.
        max_waiting: jobs in a lane.
        timeout_s: how long a caller waits for room in a full lane.
    """

    def __init__(
        self, forward: Forward, *, max_pixels: int, max_waiting: int = 64, timeout_s: float = 60
    ) -> None:
        self._forward = forward
        self._max_pixels = max_pixels
        self._max_waiting = max_waiting
        self._timeout_s = timeout_s
        self._questions, self._pages = _Lane(), _Lane()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def read_question(self, inputs: Inputs) -> Float32:
        """Run the model on questions, before any page that waits.

        Raises:
            EncoderOutOfMemory: one input alone does not fit.
            EncoderUnavailable: the lane stayed full, or was closed.
        """
        return self._read(self._questions, inputs)

    def read_pages(self, inputs: Inputs) -> Float32:
        """Run the model on pages, or on windows of their text; raises as `read_question`."""
        return self._read(self._pages, inputs)

    def close(self) -> None:
        """Refuse what waits and what comes later; a pass that runs is finished first."""
        with self._changed:
            self._closed = True
            left = [*self._questions.jobs, *self._pages.jobs]
            self._questions.jobs.clear()
            self._pages.jobs.clear()
            self._changed.notify_all()
        for job in left:
            job.done.set_exception(EncoderUnavailable("the encoder was closed"))
        if self._thread is not None:
            self._thread.join()

    def _read(self, lane: _Lane, inputs: Inputs) -> Float32:
        job = _Job(inputs)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(lane), self._timeout_s)
            if self._closed:
                raise EncoderUnavailable("the encoder was closed")
            if not self._has_room(lane):
                raise EncoderUnavailable(
                    f"{len(lane.jobs)} calls wait for the encoder, and none was taken in "
                    f"{self._timeout_s:g} s; try again later"
                )
            lane.jobs.append(job)
            self._start()
            self._changed.notify_all()
        return job.done.result()

    def _has_room(self, lane: _Lane) -> bool:
        return len(lane.jobs) < self._max_waiting

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="encoder", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._questions.jobs or self._pages.jobs
                )
                if self._closed:
                    return
                lane = self._questions if self._questions.jobs else self._pages
                batch = self._take(lane)
                self._changed.notify_all()
            self._settle(lane, batch)

    def _take(self, lane: _Lane) -> list[_Job]:
        """Take the first job and those that may share its pass; the others keep their order."""
        first = lane.jobs.popleft()
        most = QUESTIONS_AT_ONCE if lane is self._questions else self._room_beside(first)
        size = _n_inputs(first.inputs)
        batch = [first]
        for job in [job for job in lane.jobs if _shape(job.inputs) == _shape(first.inputs)]:
            size += _n_inputs(job.inputs)
            if size > most:
                break
            lane.jobs.remove(job)
            batch.append(job)
        return batch

    def _room_beside(self, first: _Job) -> int:
        if PIXELS not in first.inputs:
            return 1
        return self._max_pixels // max(1, prod(first.inputs[PIXELS].shape[1:]))

    def _settle(self, lane: _Lane, batch: list[_Job]) -> None:
        try:
            made = self._run(lane, _joined([job.inputs for job in batch]))
        except Exception as error:  # noqa: BLE001  whatever it is, its caller must see it
            if len(batch) == 1:
                batch[0].done.set_exception(error)
                return
            for job in batch:  # the fault of one is not the others'
                self._settle(lane, [job])
            return
        start = 0
        for job in batch:
            stop = start + _n_inputs(job.inputs)
            job.done.set_result(made[start:stop])
            start = stop

    def _run(self, lane: _Lane, inputs: Inputs) -> Float32:
        n = _n_inputs(inputs)
        if lane.fits is not None and n > lane.fits:
            return self._run_halves(lane, inputs)
        try:
            return self._forward(inputs)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if n == 1:
                raise EncoderOutOfMemory(
                    f"one input does not fit in the device's memory ({error}); free memory, or "
                    "take a smaller model"
                ) from error
        lane.fits = n // 2  # outside the handler, which would keep the failed pass's tensors
        return self._run_halves(lane, inputs)

    def _run_halves(self, lane: _Lane, inputs: Inputs) -> Float32:
        half = _n_inputs(inputs) // 2
        parts = (
            {name: value[:half] for name, value in inputs.items()},
            {name: value[half:] for name, value in inputs.items()},
        )
        return np.concatenate([self._run(lane, part) for part in parts])


def _n_inputs(inputs: Inputs) -> int:
    return len(inputs["input_ids"])


def _shape(inputs: Inputs) -> dict[str, tuple[object, ...]]:
    return {name: (value.dtype, *value.shape[1:]) for name, value in inputs.items()}


def _joined(inputs: list[Inputs]) -> Inputs:
    if len(inputs) == 1:
        return inputs[0]
    import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

    return {name: torch.cat([one[name] for one in inputs]) for name in inputs[0]}


def _is_out_of_memory(error: RuntimeError) -> bool:
    return any(sign in str(error) for sign in OUT_OF_MEMORY)
