"""Parts of a picture covered, so that neither an encoder nor a model reads what stands there."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.records import Box

COVER = 128  # grey: seen to be covered
RIM = 0.003  # of the page: letters reach a little out of their boxes


def covered(image: NDArray[np.uint8], boxes: Sequence[Box]) -> NDArray[np.uint8]:
    """Return the `(height, width, 3)` picture with these boxes filled in."""
    if not boxes:
        return image
    height, width = image.shape[:2]
    filled = image.copy()
    for box in boxes:
        rows = slice(max(int((box.top - RIM) * height), 0), math.ceil((box.bottom + RIM) * height))
        columns = slice(max(int((box.left - RIM) * width), 0), math.ceil((box.right + RIM) * width))
        filled[rows, columns] = COVER
    return filled
