"""Pictures of pages, made smaller for those who show them."""

import io

from PIL import Image

JPEG_QUALITY = 85


def scaled(picture: bytes, width: int) -> bytes:
    """Return a picture as a JPEG of `width` pixels, its sides in the same ratio."""
    with Image.open(io.BytesIO(picture)) as image:
        height = max(1, round(image.height * width / image.width))
        packed = io.BytesIO()
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
    smaller.save(packed, "JPEG", quality=JPEG_QUALITY)
    return packed.getvalue()
