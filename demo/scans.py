"""Turns a set PDF into what a scanner or a camera would have left: pixels without text."""

import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped] # ships no types
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped] # ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # ships no types

from demo.pages import Source

SCAN_DPI = 150
JPEG_QUALITY = 52
NOISE = 6.0
FAX_THRESHOLD = 140
Fractions = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scan:
    """How a document was scanned; page n is turned by `tilt` degrees, its sign alternating."""

    kind: str
    tilt: float
    seed: int
    stamps: Mapping[int, str]


def scan_of(source: Source) -> Scan | None:
    """The scan that a content file's head asks for, e.g. `scan: pdf 0.6 7`."""
    if "scan" not in source.head:
        return None
    kind, tilt, seed = source.head["scan"].split()
    page, _, text = source.head.get("stamp", "0 ").partition(" ")
    return Scan(kind, float(tilt), int(seed), {int(page): text})


def write_scan(scan: Scan, clean: Path, target: Path) -> None:
    """Write the scanned form of a clean PDF: a PDF of JPEGs, a PNG, or a TIFF of frames."""
    images = list(_pages(scan, clean))
    if scan.kind == "pdf":
        _write_pdf(scan, images, target)
    elif scan.kind == "png":
        images[0].quantize(32, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    else:
        frames = [_black_and_white(image) for image in images]
        frames[0].save(
            target,
            "TIFF",
            save_all=True,
            append_images=frames[1:],
            compression="group4",
            dpi=(SCAN_DPI, SCAN_DPI),
        )


def turned_box(scan: Scan, page: int, box: Fractions, size: tuple[float, float]) -> Fractions:
    """Where a box of the clean page stands in the scan."""
    width, height = size
    angle = math.radians(_tilt(scan, page))
    corners = [(box[x], box[y]) for x in (0, 2) for y in (1, 3)]
    turned = [_turn(x * width, y * height, size, angle) for x, y in corners]
    across, down = zip(*turned, strict=True)
    return (
        min(across) / width,
        min(down) / height,
        max(across) / width,
        max(down) / height,
    )


def _turn(x: float, y: float, size: tuple[float, float], angle: float) -> tuple[float, float]:
    from_middle, from_centre = x - size[0] / 2, y - size[1] / 2
    cosine, sine = math.cos(angle), math.sin(angle)
    return (
        size[0] / 2 + from_middle * cosine + from_centre * sine,
        size[1] / 2 - from_middle * sine + from_centre * cosine,
    )


def _tilt(scan: Scan, page: int) -> float:
    return scan.tilt * (1 if page % 2 else -0.7)


def _pages(scan: Scan, clean: Path) -> Iterator[Image.Image]:
    random = np.random.default_rng(scan.seed)
    with pypdfium2.PdfDocument(clean) as document:
        for number in range(1, len(document) + 1):
            bitmap = document[number - 1].render(scale=SCAN_DPI / 72)
            image = bitmap.to_pil().convert("L")
            turned = image.rotate(
                _tilt(scan, number), Image.Resampling.BICUBIC, fillcolor=250
            ).filter(ImageFilter.GaussianBlur(0.45))
            yield Image.fromarray(_aged(np.asarray(turned, np.float32), random))


def _aged(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.uint8]:
    """Grey paper, a shadow towards one edge, and grain; `(height, width)`."""
    shadow = np.linspace(0, 14, pixels.shape[1], dtype=np.float32)
    grain = random.normal(0, NOISE, pixels.shape).astype(np.float32)
    aged = 22 + pixels * 0.86 - shadow + grain
    clipped: NDArray[np.uint8] = np.clip(aged, 0, 255).astype(np.uint8)
    return clipped


def _black_and_white(image: Image.Image) -> Image.Image:
    return image.point([255 * (level > FAX_THRESHOLD) for level in range(256)], "1")


def _write_pdf(scan: Scan, images: list[Image.Image], target: Path) -> None:
    canvas = Canvas(str(target), invariant=1)
    for number, image in enumerate(images, start=1):
        size = (image.width * 72 / SCAN_DPI, image.height * 72 / SCAN_DPI)
        canvas.setPageSize(size)
        canvas.drawImage(_as_jpeg(image), 0, 0, *size)
        if stamp := scan.stamps.get(number):
            canvas.setFont("Barlow-Bold", 9)
            canvas.setFillColorRGB(0.55, 0.1, 0.1)
            canvas.drawString(40, size[1] - 24, stamp)
        canvas.showPage()
    canvas.save()


def _as_jpeg(image: Image.Image) -> ImageReader:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    buffer.seek(0)
    return ImageReader(buffer)
