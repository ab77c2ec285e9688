"""MaxSim over half-precision rows that stay on a GPU.

A page's rows are followed by those of its document's context, so that a page is one stretch and its
score one number. Stretches lie one behind the other without padding. On CUDA the kernel of
late-interaction-kernels scores them, which reads every row once and writes nothing but scores;
without it, and on a processor, PyTorch multiplies blocks and takes the maxima stretch by stretch.

Rows come in chunks. Those that do not fit in the memory that is given stay in the host's, pinned,
and pass through the device at every question.
"""

import ctypes
import importlib.util
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from index.records import Float32, Question
from retrieval.sidecar.view import SidecarView, ends

if TYPE_CHECKING:
    from torch import Tensor

GpuKernel = Literal["triton", "torch"]
Int64 = NDArray[np.int64]
CHUNK_BYTES = 256 << 20  # a scan of it outlasts the start of a kernel; offsets stay within 31 bits
BLOCK_ROWS = 1 << 16  # multiplied at once in PyTorch
DRIVER = "libcuda.so.1"  # CUDA's runtime looks for it by this name and finds no device without
ROOM_SHARE = 0.8  # of the free memory, unless told; the encoder wants some too


def is_cuda_available() -> bool:
    """Return whether PyTorch has a CUDA device here; without a driver it is not even asked."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    import torch  # noqa: PLC0415  seconds to import

    return torch.cuda.is_available()


def find_gpu_kernel(device: str) -> GpuKernel:
    """Return the fastest kernel that this installation has for a device."""
    installed = importlib.util.find_spec("late_interaction_kernels") is not None
    return "triton" if installed and device.startswith("cuda") else "torch"


def room(device: str) -> int:
    """Return how many bytes of a device rows may take unless told."""
    import torch  # noqa: PLC0415  seconds to import

    return int(ROOM_SHARE * torch.cuda.mem_get_info(device)[0])


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some slots' rows, on the device or in the host's memory.

    Attributes:
        first: its first slot.
        rows: `(n_rows, dim)` float16.
        offsets: `(n_slots + 1,)` int64, the first row of each slot, and the end.
        ends: the same as int32 on the device.
        is_resident: whether the rows are on the device.
    """

    first: int
    rows: "Tensor"
    offsets: Int64
    ends: "Tensor"
    is_resident: bool

    @property
    def end(self) -> int:
        """The slot behind its last."""
        return self.first + len(self.offsets) - 1

    @property
    def n_bytes(self) -> int:
        """Bytes of its rows."""
        return self.rows.numel() * self.rows.element_size()


class DeviceRows:
    """The rows of one sidecar, for one device; what is added to the sidecar is added here.

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
        self._score = _score_triton if (kernel or find_gpu_kernel(device)) == "triton" else _score
        self._chunk_bytes = chunk_bytes
        self._seen: SidecarView | None = None
        self._chunks: tuple[Chunk, ...] = ()
        self._lock = threading.Lock()

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
        scores = np.full(len(view.page), -np.inf, np.float32)
        for chunk in self._brought(view):
            if ((chunk.first <= slots) & (slots < chunk.end)).any():
                scores[chunk.first : chunk.end] = self._scored(chunk, tokens)
        return scores[slots]

    def _scored(self, chunk: Chunk, tokens: Float32) -> Float32:
        import torch  # noqa: PLC0415  seconds to import

        rows = chunk.rows.to(self._device, non_blocking=True)
        asked = torch.from_numpy(tokens).to(self._device)
        scores: Float32 = self._score(asked, rows, chunk).cpu().numpy()
        return np.where(np.diff(chunk.offsets) > 0, scores, np.float32(-np.inf))

    def _brought(self, view: SidecarView) -> tuple[Chunk, ...]:
        with self._lock:
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
        used = self.resident_bytes
        for first, end in _stretches(
            lengths, start, self._chunk_bytes // (2 * view.exact.shape[1])
        ):
            is_resident = used + 2 * int(lengths[first:end].sum()) * view.exact.shape[1]
            chunk = self._pack(
                view, range(first, end), contexts, is_resident=is_resident <= self._max_bytes
            )
            used += chunk.n_bytes if chunk.is_resident else 0
            yield chunk

    def _pack(
        self, view: SidecarView, slots: range, contexts: Int64, *, is_resident: bool
    ) -> Chunk:
        import torch  # noqa: PLC0415  seconds to import

        stretches = [_stretch(view, slot, int(contexts[slot])) for slot in slots]
        rows = torch.from_numpy(np.concatenate(stretches))
        if self._device.startswith("cuda") and not is_resident:
            rows = rows.pin_memory()
        offsets = ends(np.array([len(one) for one in stretches], np.int64))
        return Chunk(
            slots.start,
            rows.to(self._device) if is_resident else rows,
            offsets,
            torch.from_numpy(offsets.astype(np.int32)).to(self._device),
            is_resident,
        )


Score = Callable[["Tensor", "Tensor", Chunk], "Tensor"]


def _score_triton(tokens: "Tensor", rows: "Tensor", chunk: Chunk) -> "Tensor":
    """Score stretches by the Triton kernel, `(n_slots,)`; it gives empty ones 0."""
    import torch  # noqa: PLC0415  seconds to import
    from late_interaction_kernels import (  # type: ignore[import-not-found]  # noqa: PLC0415  an extra
        maxsim_varlen,
    )

    asked = torch.tensor([0, len(tokens)], dtype=torch.int32, device=tokens.device)
    longest = int(np.diff(chunk.offsets).max())
    scores: Tensor = maxsim_varlen(
        tokens.half(), rows, asked, chunk.ends, max_seqlen_q=len(tokens), max_seqlen_d=longest
    )
    return scores[0]


def _score(tokens: "Tensor", rows: "Tensor", chunk: Chunk) -> "Tensor":
    """Score stretches by PyTorch, `(n_slots,)`."""
    import torch  # noqa: PLC0415  seconds to import

    lengths = np.diff(chunk.offsets)
    found = []
    for first, end in _stretches(lengths, 0, BLOCK_ROWS):
        block = rows[chunk.offsets[first] : chunk.offsets[end]].float()
        best = torch.segment_reduce(
            block @ tokens.T,  # (n_rows, n_tokens)
            "max",
            lengths=torch.from_numpy(lengths[first:end]).to(rows.device),
            axis=0,
            initial=-torch.inf,
        )
        found.append(best.sum(dim=1))
    return torch.cat(found)


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


def _stretches(lengths: Int64, start: int, max_rows: int) -> Iterator[tuple[int, int]]:
    """Divide slots into runs that end with the one that fills them up to `max_rows`."""
    before = ends(lengths)
    while start < len(lengths):
        end = int(np.searchsorted(before, before[start] + max_rows))
        end = min(max(end, start + 1), len(lengths))
        yield start, end
        start = end


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
