"""Proves that a model holds its files' weights, whatever the loader reports.

colpali-engine 0.3.16 and 0.3.17 loaded ColQwen2 without its LoRA weights under transformers 5.9 to
5.14 and said nothing. So the loader's word is not taken: every tensor of the files must stand in
the model, and every tensor of the model must come from the files. They are compared by content,
since names change on the way.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelRejected

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

SHOWN = 5


def check_weights(
    name: str, model: "Module", files: Sequence[Path], *, without: str | None = None
) -> None:
    """Compare a model's weights with its files', both rounded to bfloat16.

    Args:
        name: of the model, for the message.
        model: as loaded; tied weights count once.
        files: every safetensors file that it was loaded from.
        without: a module that was taken out of the model, whatever stands before its name.

    Raises:
        ModelRejected: a tensor of the files is not in the model, or the other way round.
    """
    stored = {key: _digest(tensor) for key, tensor in _stored(files)}
    held = {key: _digest(tensor) for key, tensor in model.named_parameters()}
    kept = {*held.values(), *(_digest(tensor) for _, tensor in model.named_buffers())}
    spare = Counter(held.values()) - Counter(stored.values())
    invented = [key for key, digest in held.items() if digest in spare]  # alike ones are suspects
    lost = [
        key
        for key, digest in stored.items()
        if digest not in kept and not (without and f"{without}." in key)
    ]
    problems = [
        _told(spare.total(), "of the model's come from no file", invented),
        _told(len(lost), "of the files' are not in the model", lost),
    ]
    if any(problems):
        raise ModelRejected(
            f"{name} does not hold its files' weights: {'; '.join(filter(None, problems))}"
        )


def _told(count: int, what: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return f"{count} {what} ({shown})" if count else ""


def _stored(files: Sequence[Path]) -> "Iterator[tuple[str, Tensor]]":
    safe_open = import_module("safetensors").safe_open
    for file in files:
        with safe_open(str(file), framework="pt") as opened:
            for key in opened.keys():  # noqa: SIM118  the reader is no mapping
                yield f"{file.name}:{key}", opened.get_tensor(key)


def _digest(tensor: "Tensor") -> tuple[tuple[int, ...], bytes]:
    torch = import_module("torch")
    rounded = tensor.detach().to("cpu", torch.bfloat16).reshape(-1).view(torch.uint8)
    return tuple(tensor.shape), hashlib.blake2b(rounded.numpy().data, digest_size=16).digest()
