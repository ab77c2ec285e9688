"""The rows of one sidecar in half precision on a device, and their scores.

A page's rows are followed by those of its document's context, so that a page is one stretch and its
score one number. Stretches lie one behind the other without padding, in chunks. Chunks that do not
fit in the memory that is given stay in the host's, pinned, and pass through the device at every
reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.records import Float32, Question
from retrieval.cuda.kernels import GpuKernel, Int64, Stretches, find_gpu_kernel, runs, score
from retrieval.cuda.together import Together
from retrieval.sidecar.view import SidecarView, ends

if TYPE_CHECKING:
    from torch import Tensor

CHUNK_BYTES = 256 << 20
QUESTIONS_AT_ONCE = 8  # that share a reading; a pass has places for four of the usual length


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the pages of a view."""

    view: SidecarView
    tokens: Float32
    slots: Int64


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some slots' rows.

    Attributes:
        first: its first slot.
        stretches: of its slots. Where they are not on the device, their rows are in the host's
            memory, and addresses count from 0.
        is_resident: whether they are on the device.
    """

    first: int
    stretches: Stretches
    is_resident: bool

    @property
    def end(self) -> int:
        """The slot behind its last."""
        return self.first + len(self.stretches)

    @property
    def n_bytes(self) -> int:
        """Bytes of its rows."""
        return self.stretches.rows.nbytes

    def has_any(self, slots: Int64) -> bool:
        """Tell whether some of these slots are its own."""
        return bool(((self.first <= slots) & (slots < self.end)).any())

    def brought(self, device: str) -> Stretches:
        """Return its stretches on the device."""
        if self.is_resident:
            return self.stretches
        rows = self.stretches.rows.to(device, non_blocking=True)
        return replace(
            self.stretches, rows=rows, addresses=self.stretches.addresses + rows.data_ptr()
        )


class DeviceRows:
    """The rows of one sidecar, for one device; what is added to the sidecar is added here.

    Questions that any number of threads ask at the same time share readings.

    Args:
        device: as PyTorch names it, such as `cuda` or `cpu`.
        max_bytes: of rows that may lie on the device.
        kernel: the fastest unless told.
        chunk_bytes: size of a chunk; a page is never divided.
    """

    def __init__(
        self,
        device: str,
        *,
        max_bytes: int,
        kernel: GpuKernel | None = None,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self._device = device
        self._max_bytes = max_bytes
        self._kernel = kernel or find_gpu_kernel(device)
        self._chunk_bytes = chunk_bytes
        self._seen: SidecarView | None = None
        self._chunks: tuple[Chunk, ...] = ()
        self._together = Together(self._answered, at_most=QUESTIONS_AT_ONCE)

    @property
    def resident_bytes(self) -> int:
        """Bytes of the rows on the device."""
        return sum(chunk.n_bytes for chunk in self._chunks if chunk.is_resident)

    def scores(self, view: SidecarView, question: Question, slots: Int64) -> Float32:
        """Score some pages, contexts joined in, `(n_selected,)`.

        A chunk is scored whole or not at all, so what else is selected changes no byte.

        Args:
            view: of the sidecar; rows that are not here yet are brought.
            question: whose weights are at least 0.
            slots: of the pages.
        """
        tokens = question.folded()
        if not len(tokens):
            return np.zeros(len(slots), np.float32)
        return self._together.do(Asked(view, tokens, slots))

    def _answered(self, questions: Sequence[Asked]) -> list[Float32]:
        """Answer questions of which one at a time comes here with others."""
        found: dict[int, Float32] = {}
        for view in {id(one.view): one.view for one in questions}.values():
            alike = [n for n, one in enumerate(questions) if one.view is view]
            scores = self._scored(view, [questions[n] for n in alike])
            found |= dict(zip(alike, scores, strict=True))
        return [found[n][one.slots] for n, one in enumerate(questions)]

    def _scored(self, view: SidecarView, questions: Sequence[Asked]) -> Float32:
        """Score the chunks that any of the questions wants, `(n_questions, n_slots)`."""
        found = np.full((len(questions), len(view.page)), -np.inf, np.float32)
        wanted = [
            chunk
            for chunk in self._brought(view)
            if any(chunk.has_any(question.slots) for question in questions)
        ]
        tokens = [question.tokens for question in questions]
        resident = [chunk for chunk in wanted if chunk.is_resident]
        others = ([chunk] for chunk in wanted if not chunk.is_resident)
        for group in filter(None, [resident, *others]):
            held = [chunk.brought(self._device) for chunk in group]
            slots = np.concatenate([np.arange(chunk.first, chunk.end) for chunk in group])
            found[:, slots] = score(self._kernel, tokens, held, self._device)
        return found

    def _brought(self, view: SidecarView) -> tuple[Chunk, ...]:
        if view is not self._seen:
            kept = self._kept(view)
            self._chunks = kept  # room for what comes is counted without the others
            self._chunks = (*kept, *self._packed(view, kept[-1].end if kept else 0))
            self._seen = view
        return self._chunks

    def _kept(self, view: SidecarView) -> tuple[Chunk, ...]:
        """Return the chunks that hold for a later view: full ones, unless pages have moved."""
        if self._seen is None or not _continues(view, self._seen):
            return ()
        full = len(self._chunks)
        while full and self._chunks[full - 1].n_bytes < self._chunk_bytes:
            full -= 1
        return self._chunks[:full]

    def _packed(self, view: SidecarView, start: int) -> Iterator[Chunk]:
        lengths, contexts = _lengths(view)
        row_bytes = 2 * view.exact.shape[1]
        used = self.resident_bytes
        for first, end in runs(lengths, start, self._chunk_bytes // row_bytes):
            n_bytes = row_bytes * int(lengths[first:end].sum())
            is_resident = used + n_bytes <= self._max_bytes
            used += n_bytes if is_resident else 0
            yield self._pack(view, range(first, end), contexts, is_resident=is_resident)

    def _pack(
        self, view: SidecarView, slots: range, contexts: Int64, *, is_resident: bool
    ) -> Chunk:
        import torch  # noqa: PLC0415  seconds to import

        stretches = [_stretch(view, slot, int(contexts[slot])) for slot in slots]
        rows = self._placed(np.concatenate(stretches), is_resident=is_resident)
        lengths = np.array([len(one) for one in stretches], np.int64)
        offsets = ends(lengths)
        addresses = offsets[:-1] * 2 * rows.shape[1] + (rows.data_ptr() if is_resident else 0)
        packed = Stretches(
            rows,
            offsets,
            torch.from_numpy(addresses).to(self._device),
            torch.from_numpy(lengths.astype(np.int32)).to(self._device),
        )
        return Chunk(slots.start, packed, is_resident)

    def _placed(self, rows: NDArray[np.float16], *, is_resident: bool) -> "Tensor":
        import torch  # noqa: PLC0415  seconds to import

        here = torch.from_numpy(rows)
        if is_resident:
            return here.to(self._device)
        return here.pin_memory() if self._device.startswith("cuda") else here


def _lengths(view: SidecarView) -> tuple[Int64, Int64]:
    """Return for each slot the rows of its stretch, and its context's slot, each `(n_slots,)`.

    Contexts have no stretch of their own, nor have pages without rows, whatever their context says.
    """
    places = np.arange(len(view.page))
    contexts = np.maximum.accumulate(np.where(view.page == 0, places, 0))
    n_rows = np.diff(view.offsets)
    has_rows = (view.page > 0) & (n_rows > 0)
    return np.where(has_rows, n_rows + n_rows[contexts], 0), contexts


def _stretch(view: SidecarView, slot: int, context: int) -> NDArray[np.float16]:
    rows = view.vectors(slot)
    if slot == context or not len(rows):
        return rows[:0]
    return np.concatenate([rows, view.vectors(context)])


def _continues(later: SidecarView, earlier: SidecarView) -> bool:
    """Tell whether every generation of a later view is where it was, or behind the earlier's end.

    Clearing up moves generations to the front.
    """
    return all(
        slots.context == earlier.slots[generation].context
        if generation in earlier.slots
        else slots.context >= len(earlier.page)
        for generation, slots in later.slots.items()
    ) and len(later.page) >= len(earlier.page)
