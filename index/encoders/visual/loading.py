"""Loads a model through colpali-engine and lets only a completely loaded one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from safetensors import SafetensorError

from index.encoders.visual.checkpoint import Checkpoint
from index.encoders.visual.compat import declare_torchvision_operators
from index.encoders.visual.families import Family, Processor
from index.encoders.visual.packed_attention import can_pack, pack_windows
from index.encoders.visual.weights import check_weights
from index.errors import MissingDependency, ModelRejected

if TYPE_CHECKING:
    import torch

SHOWN = 5  # names that a refusal lists
ENGINE = "colpali_engine"


class Model(Protocol):
    """What is used of colpali-engine's models."""

    dim: int

    def __call__(self, **inputs: "torch.Tensor") -> "torch.Tensor":
        """Return unit rows of every input token, `(n_inputs, n_tokens, dim)`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with its processor, and the device and dtype it runs in."""

    model: Model
    processor: Processor
    device: str
    dtype: str


def check_engine() -> None:
    """Tell what to install where colpali-engine is absent.

    Raises:
        MissingDependency: it is not installed.
    """
    if find_spec(ENGINE) is None:
        raise MissingDependency(
            "visual encoders need, in a checkout of Pagesight: pip install '.[colpali]'"
        )


def load(checkpoint: Checkpoint, family: Family, *, device: str) -> Loaded:
    """Load a checkpoint: bfloat16 on a GPU, float32 on the CPU.

    torch has no fast bfloat16 for most CPUs.

    Raises:
        MissingDependency: colpali-engine is not installed.
        ModelRejected: the files are damaged, or something did not get from them into the model.
    """
    models = _engine_models()
    torch = import_module("torch")
    dtype = "float32" if device == "cpu" else "bfloat16"
    try:
        model, report = getattr(models, family.model_class).from_pretrained(
            str(checkpoint.base or checkpoint.folder),
            dtype=getattr(torch, dtype),
            **_arguments(checkpoint),
        )
    except (OSError, RuntimeError, ValueError, KeyError, SafetensorError) as error:
        raise ModelRejected(f"{checkpoint.name} cannot be loaded: {error}") from error
    processor = load_processor(checkpoint, family)
    check_report(checkpoint.name, report)
    fit(model, family, device=device)
    check_weights(checkpoint.name, model, checkpoint.weights, without=family.without)
    return Loaded(model.to(device).eval(), processor, device, dtype)


def fit(model: Any, family: Family, *, device: str) -> None:  # noqa: ANN401  of colpali-engine
    """Take out of a model what makes no rows, and have it attend as its device does best."""
    if family.without is not None:
        model.set_submodule(family.without, import_module("torch").nn.Identity())
    if family.has_windows and can_pack(device):
        pack_windows(model)


def load_processor(checkpoint: Checkpoint, family: Family) -> Processor:
    """Load what turns pages and questions into a model's inputs; it needs no weights.

    Raises:
        MissingDependency: colpali-engine is not installed.
        ModelRejected: its files are missing or damaged.
    """
    models = _engine_models()
    try:
        processor: Processor = getattr(models, family.processor_class).from_pretrained(
            str(_processor_folder(checkpoint)), local_files_only=True, trust_remote_code=False
        )
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelRejected(f"{checkpoint.name} has no usable processor: {error}") from error
    return processor


def check_report(name: str, report: Mapping[str, Sequence[object]]) -> None:
    """Refuse a model of which transformers says that it loaded in part.

    Raises:
        ModelRejected: with the first names of what is missing, unexpected or of another shape.
    """
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        found = sorted(str(key) for key in report.get(problem, ()))
        if found:
            shown = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
            raise ModelRejected(
                f"{name} did not load completely: {len(found)} {problem.replace('_', ' ')}: {shown}"
            )


def _engine_models() -> ModuleType:
    check_engine()
    declare_torchvision_operators()
    import_module("transformers.utils.logging").disable_progress_bar()
    return import_module(f"{ENGINE}.models")


def _arguments(checkpoint: Checkpoint) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "use_safetensors": True,
        "trust_remote_code": False,
        "local_files_only": True,
        "output_loading_info": True,
    }
    if checkpoint.base is not None:
        # The adapter's own config may name its base by a path or a moving revision.
        arguments["adapter_kwargs"] = {"_adapter_model_path": str(checkpoint.folder)}
    return arguments


def _processor_folder(checkpoint: Checkpoint) -> Path:
    """Return the folder that holds the processor: an adapter's may leave it to the base."""
    for folder in checkpoint.folders:
        if any(folder.glob("*processor_config.json")):
            return folder
    raise ModelRejected(f"{checkpoint.name} has no processor_config.json")
