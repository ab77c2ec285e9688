"""The Triton kernel: MaxSim of stretches of half-precision rows, each row read once.

One program scores one stretch. Every place of a block of rows keeps the best score that it saw for
each token, in registers; they are compared with each other once, at the end of the stretch. So a
block costs a load, a product of tensor cores and a maximum, and the memory's bandwidth decides.

Stretches are found by their address, so that one launch scores rows of any number of tensors.
"""

import triton
import triton.language as tl

STAGES = 2  # blocks under way; more, other warps and larger blocks are no faster on an H100
WARPS = 4


@triton.jit(do_not_specialize=["n_stretches"])  # type: ignore[untyped-decorator]
def score_stretches(  # type: ignore[no-untyped-def]  # noqa: ANN201, PLR0913, PLR0917  as Triton has it
    tokens,  # noqa: ANN001  float16, (N_PLACES * WIDTH, DIM)
    addresses,  # noqa: ANN001  int64, (n_stretches,), of first rows
    lengths,  # noqa: ANN001  int32, (n_stretches,), rows
    scores,  # noqa: ANN001  float32, (N_PLACES, n_stretches), written
    n_stretches,  # noqa: ANN001
    DIM: tl.constexpr,  # noqa: N803
    N_PLACES: tl.constexpr,  # noqa: N803
    WIDTH: tl.constexpr,  # noqa: N803
    BLOCK: tl.constexpr,  # noqa: N803
    STEP: tl.constexpr,  # noqa: N803  values of a row at once; divides DIM
    STAGES: tl.constexpr,  # noqa: N803
):
    """Write for every place of a question what its tokens score over each stretch.

    A stretch without rows scores minus infinity.
    """
    stretch = tl.program_id(0)
    length = tl.load(lengths + stretch)
    rows = tl.load(addresses + stretch).to(tl.pointer_type(tl.float16))
    rows = tl.multiple_of(rows, 16)
    row = tl.arange(0, BLOCK)
    value = tl.arange(0, STEP)
    token = tl.arange(0, N_PLACES * WIDTH)
    best = tl.full((BLOCK, N_PLACES * WIDTH), float("-inf"), tl.float32)
    for first in tl.range(0, length, BLOCK, num_stages=STAGES):
        is_inside = (first + row < length)[:, None]
        product = tl.zeros((BLOCK, N_PLACES * WIDTH), tl.float32)
        for part in tl.static_range(DIM // STEP):
            here = part * STEP + value
            asked = tl.load(tokens + token[None, :] * DIM + here[:, None])
            read = tl.load(rows + (first + row)[:, None] * DIM + here, mask=is_inside, other=0.0)
            product = tl.dot(read, asked, product)
        best = tl.maximum(best, tl.where(is_inside, product, float("-inf")))
    found = tl.sum(tl.reshape(tl.max(best, axis=0), (N_PLACES, WIDTH)), axis=1)
    tl.store(scores + tl.arange(0, N_PLACES) * n_stretches + stretch, found)
