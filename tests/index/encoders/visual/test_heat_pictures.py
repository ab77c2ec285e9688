import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from index.encoders.visual.families import FAMILIES
from tests.index.encoders.visual.heat_pictures import SIZES, STORED, draw

ROUNDING = 2  # of 255


@pytest.mark.colpali
@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("model_type", [family.model_type for family in FAMILIES])
def test_heat_is_drawn_where_each_family_has_its_patches(
    engine: Callable[[str], tuple[Any, Any]], model_type: str, name: str
) -> None:
    _, processor = engine(model_type)
    drawn = Image.open(io.BytesIO(draw(model_type, processor, SIZES[name])))
    stored = Image.open(STORED / f"{model_type}-{name}.png")
    difference = np.abs(np.asarray(drawn, np.int16) - np.asarray(stored, np.int16))
    assert difference.max() <= ROUNDING
