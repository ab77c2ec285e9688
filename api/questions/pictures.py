"""Pictures of pages, made smaller for those who show them."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from index.covering import covered
from index.records import Box

JPEG_QUALITY = 85


def scaled(picture: bytes, width: int) -> bytes:
    """Return a picture as a JPEG of `width` pixels, its sides in the same ratio."""
    with Image.open(io.BytesIO(picture)) as image:
        height = max(1, round(image.height * width / image.width))
        packed = io.BytesIO()
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
    smaller.save(packed, "JPEG", quality=JPEG_QUALITY)
    return packed.getvalue()


def drawn(picture: bytes, box: Box, size: tuple[int, int]) -> bytes:
    """Return the part of a picture in the box, in fractions, as a JPEG of this size in pixels."""
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
        edges = (box.left * width, box.top * height, box.right * width, box.bottom * height)
        part = image.resize(size, Image.Resampling.LANCZOS, box=edges)
    packed = io.BytesIO()
    part.save(packed, "JPEG", quality=JPEG_QUALITY)
    return packed.getvalue()


def without(picture: bytes, boxes: Sequence[Box]) -> bytes:
    """Return a picture with these boxes covered, as a JPEG; the same bytes where there are none."""
    if not boxes:
        return picture
    with Image.open(io.BytesIO(picture)) as image:
        whole = np.asarray(image.convert("RGB"))
    packed = io.BytesIO()
    Image.fromarray(covered(whole, boxes)).save(packed, "JPEG", quality=JPEG_QUALITY)
    return packed.getvalue()
