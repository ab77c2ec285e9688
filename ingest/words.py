"""The words of one page: from its text layer where the pixels confirm it, else read by OCR."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.records import Box, PageWords, Word, WordSource
from ingest.agreement import Pixels, area, seen_words
from ingest.frames import RawWord
from ingest.loose_ink import grey_without, holds_most_text, is_blank, may_hold_text
from ingest.ocr import Layout

Ocr = Callable[[Pixels, Layout], Sequence[Word]]
WordChoice = Literal["auto", "text_layer", "ocr"]
MAX_OVERLAP = 0.3  # of an OCR word's area; more, and it is known already


def page_words(
    image: Pixels, raw_words: Sequence[RawWord], ocr: Ocr, source: WordChoice = "auto"
) -> PageWords:
    """The words of the page: its text layer, then what OCR finds beside it.

    Known words are painted over. If most of the text is left then, as on a scan with a stamped
    header, the rest is read as a page. What still looks like text after that is read as scraps:
    labels in figures, stamps, logos.

    Args:
        image: the page as displayed, `(height, width, 3)` uint8 RGB.
        raw_words: its text layer.
        ocr: reads the words of a grey image; called only where there may be some.
        source: whether to take both, or one of them alone.
    """
    seen = seen_words(image, () if source == "ocr" else raw_words)
    if source == "text_layer":
        return PageWords(seen.words, source_of(len(seen.words), 0), seen.n_hidden)
    words = seen.words
    rest = grey_without(words, image)
    is_unfinished = may_hold_text(rest) if words else not is_blank(rest)
    if is_unfinished and holds_most_text(rest, image):
        words = (*words, *unsaid(ocr(rest, Layout.PAGE), words))
        rest = grey_without(words, image)
        is_unfinished = may_hold_text(rest)
    if is_unfinished:
        words = (*words, *unsaid(ocr(rest, Layout.SCRAPS), words))
    n_seen = len(seen.words)
    return PageWords(words, source_of(n_seen, len(words) - n_seen), seen.n_hidden)


def source_of(n_seen: int, n_new: int) -> WordSource:
    """Where most of the words come from."""
    if not n_seen and not n_new:
        return "none"
    return "ocr" if n_new > n_seen else "text_layer"


def unsaid(found: Iterable[Word], known: Sequence[Word]) -> list[Word]:
    """The words that lie beside the known ones, on lines numbered behind theirs."""
    first_free = max((word.line for word in known), default=-1) + 1
    boxes = np.array([word.box for word in known]).reshape(-1, 4)
    return [
        word._replace(line=word.line + first_free)
        for word in found
        if not is_covered(word.box, boxes)
    ]


def is_covered(box: Box, boxes: NDArray[np.float64]) -> bool:
    """Whether a good part of the box lies in one of the `(n, 4)` boxes."""
    width = np.minimum(boxes[:, 2], box.right) - np.maximum(boxes[:, 0], box.left)
    height = np.minimum(boxes[:, 3], box.bottom) - np.maximum(boxes[:, 1], box.top)
    shared = width.clip(min=0) * height.clip(min=0)
    return bool((shared > MAX_OVERLAP * area(box)).any())
