"""Pages for the tests beside this file."""

from collections.abc import Sequence

import numpy as np

from index.encoders.base import PageContent
from index.records import Box, PageWords, Word


def noise(width: int, height: int, words: Sequence[str] = ()) -> PageContent:
    """A page of random pixels, with words whose boxes run to the right."""
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return PageContent(pixels, boxed(words))


def dotted(page: PageContent, x: float, y: float, side: int = 24) -> PageContent:
    """A page with a black square around the point `x`, `y`, in fractions of the page."""
    pixels = page.image.copy()
    height, width, _ = pixels.shape
    left, top = int(x * width) - side // 2, int(y * height) - side // 2
    pixels[top : top + side, left : left + side] = 0
    return PageContent(pixels, page.words)


def boxed(words: Sequence[str]) -> PageWords:
    """Words whose boxes tell them apart."""
    return PageWords(tuple(Word(text, box(n), 0) for n, text in enumerate(words)), "text_layer")


def box(n: int) -> Box:
    return Box(n / 4000, 0.1, (n + 1) / 4000, 0.2)
