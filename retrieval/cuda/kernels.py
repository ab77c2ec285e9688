"""Scores of stretches of rows on a device: by the Triton kernel, or by PyTorch's own operations.

Reading the rows is what scoring costs, so questions that are asked at the same time share it: the
tokens of several fill the places of one pass. A question of more tokens than a pass has goes in
pieces, whose scores add up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from shutil import which
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from index.devices import is_at_least_ampere
from index.records import Float32
from retrieval.sidecar.view import ends

if TYPE_CHECKING:
    from torch import Tensor

GpuKernel = Literal["triton", "torch"]
Int64 = NDArray[np.int64]
COMPILERS = ("gcc", "clang")
MIN_WIDTH = 16  # tokens: the least side of a tensor core's product
BLOCK_ROWS = 1 << 16  # multiplied at once in PyTorch


def find_gpu_kernel(device: str) -> GpuKernel:
    """Return the fastest kernel that this installation has for a device.

    Triton starts its kernels by a few lines of C, which it has compiled where it runs.
    """
    is_here = find_spec("triton") is not None and any(map(which, COMPILERS))
    return "triton" if is_here and is_at_least_ampere(device) else "torch"


def most_tokens(dim: int) -> int:
    """Return how many tokens a pass may have, so that they and some rows fit beside the cores."""
    return 128 if dim <= 128 else 64 if dim <= 320 else 32


@dataclass(frozen=True, slots=True)
class Pass:
    """Tokens that read the rows together.

    Attributes:
        tokens: `(n_places * width, dim)` float32; places are filled up with zeros, which add
            nothing to a score.
        width: tokens of a place, a power of two.
        owners: the question of each place that is taken, in order.
    """

    tokens: Float32
    width: int
    owners: tuple[int, ...]

    @property
    def n_places(self) -> int:
        """How many pieces of questions fit."""
        return len(self.tokens) // self.width


def passes(questions: Sequence[Float32]) -> Iterator[Pass]:
    """Divide the tokens of questions, each `(n_tokens, dim)` with at least one, into passes.

    A pass has one place, or as many as there may be: every other number would be one more kernel.
    """
    dim = questions[0].shape[1]
    most = most_tokens(dim)
    pieces = [
        (owner, tokens[first : first + most])
        for owner, tokens in enumerate(questions)
        for first in range(0, len(tokens), most)
    ]
    longest = max(len(tokens) for _, tokens in pieces)
    width = max(MIN_WIDTH, 1 << (longest - 1).bit_length())
    rest = iter(pieces)
    while taken := list(islice(rest, most // width)):
        n_places = 1 if len(taken) == 1 else most // width
        filled = np.zeros((n_places, width, dim), np.float32)
        for place, (_, tokens) in zip(filled, taken, strict=False):
            place[: len(tokens)] = tokens
        yield Pass(filled.reshape(-1, dim), width, tuple(owner for owner, _ in taken))


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of rows that lie behind one another on a device.

    Attributes:
        rows: `(n_rows, dim)` float16.
        offsets: `(n_stretches + 1,)` int64 in the host's memory: first rows, and the end.
        addresses: `(n_stretches,)` int64 on the device: of their first rows in its memory.
        lengths: `(n_stretches,)` int32 on the device: rows of each.
    """

    rows: "Tensor"
    offsets: Int64
    addresses: "Tensor"
    lengths: "Tensor"

    def __len__(self) -> int:
        return len(self.offsets) - 1


def score(
    kernel: GpuKernel, questions: Sequence[Float32], held: Sequence[Stretches], device: str
) -> Float32:
    """Score stretches for questions, `(n_questions, n_stretches of all)`; empty ones are -inf.

    Args:
        kernel: of those that `device` has.
        questions: each `(n_tokens, dim)` with at least one token.
        held: at least one, on the device.
        device: as PyTorch names it.
    """
    import torch  # noqa: PLC0415  seconds to import

    run = _by_triton if kernel == "triton" and _is_for_triton(held[0].rows.shape[1]) else _by_torch
    n_stretches = sum(len(one) for one in held)
    found = torch.zeros((len(questions), n_stretches), device=device)
    for one in passes(questions):
        tokens = torch.from_numpy(one.tokens).to(device)
        scores = run(tokens, one, held)[: len(one.owners)]
        found.index_add_(0, torch.tensor(one.owners, device=device), scores)
    return np.asarray(found.cpu().numpy(), np.float32)


def _is_for_triton(dim: int) -> bool:
    return dim % MIN_WIDTH == 0 and dim <= 512  # wider ones do not fit beside every GPU's cores


def _by_triton(tokens: "Tensor", asked: Pass, held: Sequence[Stretches]) -> "Tensor":
    """Score by the Triton kernel, all stretches in one launch, `(n_places, n_stretches)`."""
    import torch  # noqa: PLC0415  seconds to import

    from retrieval.cuda import triton_kernel  # noqa: PLC0415  Triton comes with CUDA alone

    dim = tokens.shape[1]
    addresses = torch.cat([one.addresses for one in held])
    lengths = torch.cat([one.lengths for one in held])
    scores = torch.empty((asked.n_places, len(lengths)), device=tokens.device)
    with torch.cuda.device_of(tokens):  # type: ignore[no-untyped-call]
        triton_kernel.score_stretches[(len(lengths),)](
            tokens.half(),
            addresses,
            lengths,
            scores,
            len(lengths),
            DIM=dim,
            N_PLACES=asked.n_places,
            WIDTH=asked.width,
            BLOCK=most_tokens(dim) // 2,
            STEP=min(dim & -dim, 128),
            STAGES=triton_kernel.STAGES,
            num_warps=triton_kernel.WARPS,
        )
    return scores


def _by_torch(tokens: "Tensor", asked: Pass, held: Sequence[Stretches]) -> "Tensor":
    """Score by multiplying blocks and taking maxima, `(n_places, n_stretches)`."""
    import torch  # noqa: PLC0415  seconds to import

    best = [
        torch.segment_reduce(
            one.rows[one.offsets[first] : one.offsets[end]].float() @ tokens.T,
            "max",
            lengths=torch.from_numpy(np.diff(one.offsets[first : end + 1])).to(tokens.device),
            axis=0,
            initial=-torch.inf,
        )
        for one in held
        for first, end in runs(np.diff(one.offsets), 0, BLOCK_ROWS)
    ]
    return torch.cat(best).reshape(-1, asked.n_places, asked.width).sum(dim=2).T


def runs(lengths: Int64, start: int, max_rows: int) -> Iterator[tuple[int, int]]:
    """Divide stretches into runs that end with the one that fills them up to `max_rows`."""
    before = ends(lengths)
    while start < len(lengths):
        end = int(np.searchsorted(before, before[start] + max_rows))
        end = min(max(end, start + 1), len(lengths))
        yield start, end
        start = end
