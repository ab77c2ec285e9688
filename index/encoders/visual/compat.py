"""Lets a torchvision whose compiled half does not fit the installed torch be imported.

PyPI's torchvision is built for CUDA. Beside a torch built for the CPU its extension cannot be
loaded, and importing it then fails on operators that were never declared, although the image
processors of transformers need none of them. Declaring the schemas is enough; calling such an
operator still fails, saying so.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache  # a declaration lasts as long as its library object, which the cache keeps
def declare_torchvision_operators() -> object:
    """Declare what torchvision's extension would, if it cannot; call before importing transformers.

    Returns:
        The declaration; None where the extension loads and nothing is missing.
    """
    torch = import_module("torch")  # takes seconds, and asking for --help must not wait
    if _extension_loads():
        return None
    library: Any = torch.library.Library("torchvision", "FRAGMENT")
    for schema in SCHEMAS:
        library.define(schema)
    return library


def _extension_loads() -> bool:
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    try:
        for extension in Path(spec.origin).parent.glob("_C*.so"):
            import_module("torch").ops.load_library(str(extension))
    except OSError:  # built for another torch
        return False
    return True
