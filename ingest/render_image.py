"""Uploaded images as pages, decoded by Pillow. Runs in the sandboxed child only."""

import struct
from pathlib import Path
from typing import cast

from PIL import Image, ImageOps, UnidentifiedImageError

from index.errors import Corrupt, EmptyDocument, PageTooLarge, RenderFailed
from ingest.frames import Drawn
from ingest.limits import Limits

POINTS_PER_PIXEL = 0.5  # 144 dpi, the resolution at which PDF pages of A4 are drawn
# What Pillow's decoders raise for broken files.
BAD_FILE = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error)


class ImageFile:
    """An image file; each frame of a TIFF is a page, of other formats only the first."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        Image.MAX_IMAGE_PIXELS = None  # the size is checked against our own limit before decoding
        try:
            self._image = Image.open(path, formats=("PNG", "JPEG", "WEBP", "TIFF"))
            self.n_pages = frame_count(self._image, limits.max_pages)
        except (UnidentifiedImageError, *BAD_FILE) as error:
            raise Corrupt(f"the image cannot be opened: {type(error).__name__}") from error
        if not self.n_pages:
            raise EmptyDocument("the image has no frames")

    def draw(self, number: int) -> Drawn:
        """Decode one frame, upright, on white, scaled down to the pixel budget."""
        try:
            image = self._decoded(number)
        except MemoryError as error:
            raise PageTooLarge(f"image {number} needs more memory than the limit") from error
        except BAD_FILE as error:
            raise RenderFailed(
                f"image {number} cannot be decoded: {type(error).__name__}"
            ) from error
        width_pt, height_pt = (edge * POINTS_PER_PIXEL for edge in image.size)
        return Drawn(number, *image.size, width_pt, height_pt, [], image.tobytes())

    def _decoded(self, number: int) -> Image.Image:
        self._image.seek(number - 1)
        n_pixels = self._image.width * self._image.height
        if n_pixels > self._limits.max_source_pixels:
            raise PageTooLarge(
                f"image {number} has {n_pixels} pixels, "
                f"the limit is {self._limits.max_source_pixels}"
            )
        budget = self._limits.render_size(*self._image.size)
        self._image.draft("RGB", (max(budget), max(budget)))
        return scaled_down(on_white(ImageOps.exif_transpose(self._image)), self._limits)


def frame_count(image: Image.Image, max_pages: int) -> int:
    """Frames of a TIFF, counted no further than one beyond the limit; 1 for other formats."""
    if image.format != "TIFF":
        return 1
    n_frames = 0
    try:
        while n_frames <= max_pages:
            image.seek(n_frames)
            n_frames += 1
    except EOFError:
        pass
    return n_frames


def on_white(image: Image.Image) -> Image.Image:
    """The image as RGB: transparent parts are white, 16-bit grey is scaled, not cut."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256, "L")
    elif image.mode in ("I", "F"):
        image = stretched(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def stretched(image: Image.Image) -> Image.Image:
    """Greys of unknown range, spread over 0 to 255."""
    low, high = cast("tuple[float, float]", image.convert("F").getextrema())
    span = max(high - low, 1.0)
    return (
        image.convert("F").point(lambda value: value * (255 / span) - low * 255 / span).convert("L")
    )


def scaled_down(image: Image.Image, limits: Limits) -> Image.Image:
    """The image within the pixel budget; a small one keeps its size."""
    size = limits.render_size(*image.size)
    if size[0] >= image.width:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
