"""Checkpoints with something wrong planted in them."""

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

Tensors = dict[str, Any]
WEIGHTS, ADAPTER_WEIGHTS = "model.safetensors", "adapter_model.safetensors"
# The layers that the published ColQwen2 adapters change.
TARGETS = r"(.*language_model.*(q_proj|v_proj|down_proj)$|.*custom_text_proj$)"


def altered(folder: Path, target: Path, change: Callable[[Tensors], object]) -> Path:
    """A copy of a checkpoint or adapter with its weights changed in place."""
    copy = Path(shutil.copytree(folder, target))
    file = copy / (ADAPTER_WEIGHTS if (copy / ADAPTER_WEIGHTS).exists() else WEIGHTS)
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})
    return copy


def without(name: str) -> Callable[[Tensors], object]:
    """Leave out the tensors whose name ends so; there must be one."""

    def change(tensors: Tensors) -> None:
        for key in [key for key in tensors if key.endswith(name)][:1] or [name]:
            del tensors[key]

    return change


def replaced(name: str, made: Callable[[Any], Any]) -> Callable[[Tensors], object]:
    """Put something else in place of the tensor of a name."""

    def change(tensors: Tensors) -> None:
        tensors[name] = made(tensors[name]).contiguous()

    return change


def renamed(part: str, other: str) -> Callable[[Tensors], object]:
    """Change a part of every name that has it."""

    def change(tensors: Tensors) -> None:
        for key in [key for key in tensors if part in key]:
            tensors[key.replace(part, other)] = tensors.pop(key)

    return change


def adapter(base: Path, target: Path) -> Path:
    """A LoRA adapter over a tiny ColQwen2, with weights that do something."""
    torch, peft = import_module("torch"), import_module("peft")
    model = import_module("colpali_engine.models").ColQwen2.from_pretrained(str(base))
    torch.manual_seed(3)
    config = peft.LoraConfig(r=4, lora_alpha=4, target_modules=TARGETS, init_lora_weights=False)
    peft.get_peft_model(model, config).save_pretrained(str(target))
    return target
