"""A page's picture on its way to an encoder elsewhere."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

PNG_LEVEL = 1  # the network is seldom slower than a better compression


def png_of(image: NDArray[np.uint8]) -> bytes:
    """Return a picture, `(height, width, 3)`, as PNG."""
    from PIL import Image  # noqa: PLC0415  a query-only process needs no pictures

    written = BytesIO()
    Image.fromarray(image).save(written, "png", compress_level=PNG_LEVEL)
    return written.getvalue()
