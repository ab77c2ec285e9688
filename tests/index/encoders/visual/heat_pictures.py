"""Pictures of a page whose heat fades away from one point, drawn on each family's patches.

    python -m tests.index.encoders.visual.heat_pictures

writes the stored ones anew; look at them before they are kept.
"""

import io
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from index.encoders.visual.families import FAMILIES, family_of
from index.records import Float32, Question
from retrieval.heatmap import draw_heat, row_heat
from tests.index.encoders.visual import checkpoints

STORED = Path(__file__).parent / "golden"
SIZES = {"portrait": (120, 170), "landscape": (170, 120)}
POINT = (0.3, 0.7)  # where it is hottest, in fractions of the page


def draw(model_type: str, processor: Any, size: tuple[int, int]) -> bytes:
    """Draw the page; returns a PNG."""
    boxes = family_of(model_type).patch_boxes(processor, *size)
    rows = fading(boxes)
    question = Question("there", fading(np.array([[*POINT, *POINT]], np.float32)), ONE, ("there",))
    return draw_heat(_page(size), row_heat(question, rows), boxes)


def fading(boxes: Float32) -> Float32:
    """Rows that turn away from the point's the farther their middle is from it, `(n_rows, 2)`."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    angles = np.pi / 2 * np.minimum(np.linalg.norm(middles - POINT, axis=1) / 0.6, 1)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def write(processor_of: Callable[[str], Any]) -> None:
    """Write every stored picture."""
    STORED.mkdir(exist_ok=True)
    for family in FAMILIES:
        for name, size in SIZES.items():
            drawn = draw(family.model_type, processor_of(family.model_type), size)
            (STORED / f"{family.model_type}-{name}.png").write_bytes(drawn)


ONE = np.ones(1, np.float32)


def _page(size: tuple[int, int]) -> bytes:
    page = Image.new("RGB", size, "white")
    ImageDraw.Draw(page).rectangle((10, 10, 60, 40), fill="navy")
    packed = io.BytesIO()
    page.save(packed, "PNG")
    return packed.getvalue()


def _fresh_processor(model_type: str) -> Any:
    with TemporaryDirectory() as folder:
        checkpoints.build(model_type, Path(folder))
        classes = import_module("colpali_engine.models")
        return getattr(classes, family_of(model_type).processor_class).from_pretrained(folder)


if __name__ == "__main__":
    write(_fresh_processor)
