"""Holds the text layer against the pixels: which of its words can be seen.

No OCR is needed. A word whose box shows no contrast is not on the page for a reader, so it is not
on the page for a question either.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.records import Box, Word
from ingest.clean_text import clean, is_unmapped
from ingest.frames import RawWord

Pixels = NDArray[np.uint8]
MIN_CONTRAST = 24  # of 255, in the best channel; paler is not legible
MIN_HEIGHT_PX = 2.0  # glyphs of text of two or more characters; smaller is not legible
MIN_SHARE_ON_PAGE = 0.5
MAX_UNMAPPED_SHARE = 0.3


class SeenWords(NamedTuple):
    """The words of a text layer that the pixels confirm, and how many they do not."""

    words: tuple[Word, ...]
    n_hidden: int


def seen_words(image: Pixels, raw_words: Sequence[RawWord]) -> SeenWords:
    """The words that a reader of the `(height, width, 3)` image can see."""
    if is_garbage(raw_words):
        return SeenWords((), 0)
    words, n_hidden = [], 0
    for raw in raw_words:
        text = clean(raw.text)
        if not text:
            continue
        if is_visible(image, raw):
            words.append(Word(text, clipped(raw), raw.line))
        else:
            n_hidden += 1
    return SeenWords(tuple(words), n_hidden)


def is_garbage(raw_words: Iterable[RawWord]) -> bool:
    """Whether the layer's fonts do not say which letters they show."""
    chars = "".join(word.text for word in raw_words)
    return bool(chars) and sum(map(is_unmapped, chars)) > MAX_UNMAPPED_SHARE * len(chars)


def is_visible(image: Pixels, word: RawWord) -> bool:
    """Whether the word's box lies on the page, is large enough to read, and shows contrast."""
    height, width = image.shape[:2]
    box = clipped(word)
    area = (word.right - word.left) * (word.bottom - word.top)
    seen = (box.right - box.left) * (box.bottom - box.top)
    if seen <= MIN_SHARE_ON_PAGE * area:
        return False
    edges_px = (box.right - box.left) * width, (box.bottom - box.top) * height
    if len(word.text) > 1 and min(edges_px) < MIN_HEIGHT_PX:
        return False
    return contrast(image[pixel_rows(box, height), pixel_columns(box, width)]) >= MIN_CONTRAST


def contrast(pixels: Pixels) -> int:
    """The largest difference within any channel."""
    flat = pixels.reshape(-1, 3)
    if not len(flat):
        return 0
    return int((flat.max(axis=0) - flat.min(axis=0)).max())


def clipped(word: RawWord) -> Box:
    """The part of the word's box that lies on the page."""
    edges = (word.left, word.top, word.right, word.bottom)
    return Box(*(min(max(edge, 0.0), 1.0) for edge in edges))


def pixel_rows(box: Box, height: int) -> slice:
    """The rows of an image that the box touches."""
    return slice(int(box.top * height), int(np.ceil(box.bottom * height)))


def pixel_columns(box: Box, width: int) -> slice:
    """The columns of an image that the box touches."""
    return slice(int(box.left * width), int(np.ceil(box.right * width)))
