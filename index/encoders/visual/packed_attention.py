"""Attention over many short sequences in one call, for vision towers that look through windows.

Without flash-attn transformers calls attention window by window: some fifty times a page and layer
in Qwen2.5-VL, whose 32 layers then keep a GPU waiting for launches. PyTorch has brought the packed
kernel of flash-attn itself since 2.10.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from index.devices import is_at_least_ampere

if TYPE_CHECKING:
    from torch import Tensor

NAME = "packed_flash"  # transformers tells where sequences begin only to what is called flash
KERNEL = "torch.nn.attention.varlen"


class Model(Protocol):
    """What is used of a model of transformers."""

    def set_attn_implementation(self, names: dict[str, str], /) -> None:
        """Choose how the parts of the model attend, by the names of their configurations."""


def can_pack(device: str) -> bool:
    """Return whether PyTorch has the kernel, and for this device: CUDA since Ampere."""
    return find_spec(KERNEL) is not None and is_at_least_ampere(device)


def pack_windows(model: Model) -> None:
    """Let a model's vision tower attend to all its windows at once.

    Args:
        model: of transformers, in half precision for a GPU.
    """
    import_module("transformers").AttentionInterface.register(NAME, _attend)
    model.set_attn_implementation({"vision_config": NAME})


def _attend(
    _module: object,
    query: "Tensor",
    key: "Tensor",
    value: "Tensor",
    *,
    scaling: float,
    cu_seq_lens_q: "Tensor",
    max_length_q: "Tensor | int",
    **_others: object,
) -> "tuple[Tensor, None]":
    """Attend within sequences that lie one behind the other, as transformers asks for it.

    Args:
        query: `(1, n_heads, n_tokens, dim)`, as the two that follow.
        key: likewise.
        value: likewise.
        scaling: of the similarities.
        cu_seq_lens_q: `(n_sequences + 1,)`, where they begin, and the end.
        max_length_q: tokens of the longest.

    Returns:
        `(1, n_tokens, n_heads, dim)`, and nothing for the weights.
    """
    attend = import_module(KERNEL).varlen_attn
    starts, longest = cu_seq_lens_q.int(), int(max_length_q)
    packed = [one[0].transpose(0, 1).contiguous() for one in (query, key, value)]
    made: Tensor = attend(*packed, starts, starts, longest, longest, scale=scaling)
    return made[None], None
