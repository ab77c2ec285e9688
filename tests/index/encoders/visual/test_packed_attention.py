from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.packed_attention import NAME, pack_windows
from tests.devices import HAS_CUDA
from tests.index.encoders.visual.checkpoints import TINY, assemble
from tests.index.encoders.visual.life_size import draw_pages

pytestmark = pytest.mark.colpali


def ways(model: Any, ending: str) -> set[str]:
    """How the modules of a model attend whose class's name ends so."""
    found = [module for module in model.modules() if type(module).__name__.endswith(ending)]
    return {module.config._attn_implementation for module in found}  # noqa: SLF001  transformers'


def test_the_vision_tower_alone_attends_to_packed_windows() -> None:
    model, _ = assemble("qwen2_5_vl", TINY["qwen2_5_vl"])
    before = ways(model, "VLAttention")

    pack_windows(model)

    assert ways(model, "VisionAttention") == {NAME}
    assert ways(model, "VLAttention") == before


@pytest.mark.skipif(not HAS_CUDA, reason="needs a GPU")
def test_packed_windows_give_the_rows_of_windows_one_by_one(
    checkpoint: Callable[[str], Path],
) -> None:
    source = Source(str(checkpoint("qwen2_5_vl")))
    pages = draw_pages(6, (840, 1120))  # more than one pass, and many windows
    plain = VisualEncoder.open(source, probe=False).encode_pages(pages)

    packed = VisualEncoder.open(source, device="cuda", probe=False).encode_pages(pages)

    for page, reference in zip(packed, plain, strict=True):
        assert page.boxes.tolist() == reference.boxes.tolist()
        cosines = np.einsum("nd,nd->n", page.vectors, reference.vectors)
        assert np.quantile(cosines, 0.01) > 0.98
