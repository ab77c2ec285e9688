"""Holds the text layer against the pixels: which of its words can be seen.

No OCR is needed. A word whose box shows no contrast is not on the page for a reader, so it is not
on the page for a question either.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.records import Box, Word
from ingest.clean_text import clean, is_filler, is_unmapped
from ingest.frames import RawWord

Pixels = NDArray[np.uint8]
MIN_CONTRAST = 24  # of 255, in the best channel; paler is not legible
MIN_HEIGHT_PX = 2.0  # of words of two or more characters; smaller is not legible
MIN_SHARE_ON_PAGE = 0.5
RIM_PX = 3  # beyond the anti-aliased edge of a glyph
MAX_UNMAPPED_SHARE = 0.3


class SeenWords(NamedTuple):
    """The words of a text layer that the pixels confirm, and how many they do not."""

    words: tuple[Word, ...]
    n_hidden: int


def seen_words(image: Pixels, raw_words: Sequence[RawWord]) -> SeenWords:
    """The words that a reader of the `(height, width, 3)` image can see."""
    if is_garbage(raw_words):
        return SeenWords((), 0)
    named = [(clean(raw.text), raw) for raw in raw_words]
    told = [(text, raw) for text, raw in named if text and not is_filler(text)]
    words = tuple(
        Word(text, clipped(raw), raw.line) for text, raw in told if is_visible(image, raw)
    )
    return SeenWords(words, len(told) - len(words))


def is_garbage(raw_words: Iterable[RawWord]) -> bool:
    """Whether the layer's fonts do not say which letters they show."""
    chars = "".join(word.text for word in raw_words)
    return bool(chars) and sum(map(is_unmapped, chars)) > MAX_UNMAPPED_SHARE * len(chars)


def is_visible(image: Pixels, word: RawWord) -> bool:
    """Whether the word lies on the page, is large enough to read, and stands out."""
    height, width = image.shape[:2]
    box = clipped(word)
    if area(box) <= MIN_SHARE_ON_PAGE * area(Box(*word.box)):
        return False
    edges_px = (box.right - box.left) * width, (box.bottom - box.top) * height
    if len(word.text) > 1 and min(edges_px) < MIN_HEIGHT_PX:
        return False
    inside = image[pixels_of(box, image.shape)]
    return varies(inside) or fills(inside, image[pixels_of(box, image.shape, margin=RIM_PX)])


def varies(patch: Pixels) -> bool:
    """Whether the values of a channel lie far enough apart."""
    for channel in (1, 0, 2):  # green first: it settles nearly all
        values = patch[..., channel]
        if values.size and int(values.max()) - int(values.min()) >= MIN_CONTRAST:
            return True
    return False


def fills(inside: Pixels, around: Pixels) -> bool:
    """Whether the inside is one colour and its surroundings mostly another: an l, a dash, a bar."""
    rim = np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]])
    if not inside.size or not rim.size:
        return False
    difference = inside[0, 0].astype(int) - np.median(rim, axis=0)
    return float(np.abs(difference).max()) >= MIN_CONTRAST


def area(box: Box) -> float:
    """The box's share of the page."""
    return (box.right - box.left) * (box.bottom - box.top)


def clipped(word: RawWord) -> Box:
    """The part of the word's box that lies on the page."""
    if min(word.box) >= 0 and max(word.box) <= 1:  # all but a few, and they are many
        return Box(*word.box)
    return Box(*(min(max(edge, 0.0), 1.0) for edge in word.box))


def pixels_of(box: Box, shape: tuple[int, ...], *, margin: int = 0) -> tuple[slice, slice]:
    """The rows and columns that the box touches in an image of this shape."""
    height, width = shape[:2]
    return (
        slice(max(int(box.top * height) - margin, 0), math.ceil(box.bottom * height) + margin),
        slice(max(int(box.left * width) - margin, 0), math.ceil(box.right * width) + margin),
    )
