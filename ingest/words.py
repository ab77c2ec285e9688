"""The words of one page: from its text layer where the pixels confirm it, else read by OCR."""

from collections.abc import Callable, Sequence

from index.records import Box, PageWords, Word, WordSource
from ingest.agreement import Pixels, seen_words
from ingest.frames import RawWord
from ingest.loose_ink import grey_without, is_blank, may_hold_text

Ocr = Callable[[Pixels], tuple[Word, ...]]
MAX_OVERLAP = 0.3  # of an OCR word's area; more, and the text layer has said it already


def page_words(image: Pixels, raw_words: Sequence[RawWord], ocr: Ocr) -> PageWords:
    """The words of the page, in the order of the text layer, then of OCR.

    Args:
        image: the page as displayed, `(height, width, 3)` uint8 RGB.
        raw_words: its text layer.
        ocr: reads the words of a grey image; called only if the layer may miss text.
    """
    seen = seen_words(image, raw_words)
    rest = grey_without(seen.words, image)
    needs_ocr = may_hold_text(rest) if seen.words else not is_blank(rest)
    new = unsaid(ocr(rest), seen.words) if needs_ocr else []
    words = (*seen.words, *after(new, seen.words))
    return PageWords(words, source_of(len(seen.words), len(new)), seen.n_hidden)


def source_of(n_seen: int, n_new: int) -> WordSource:
    """Where most of the words come from."""
    if not n_seen and not n_new:
        return "none"
    return "ocr" if n_new > n_seen else "text_layer"


def unsaid(found: Sequence[Word], known: Sequence[Word]) -> list[Word]:
    """The words found by OCR that lie beside, not on, the words already known."""
    return [word for word in found if not any(covers(other.box, word.box) for other in known)]


def covers(known: Box, found: Box) -> bool:
    """Whether a good part of `found` lies in `known`."""
    width = min(known.right, found.right) - max(known.left, found.left)
    height = min(known.bottom, found.bottom) - max(known.top, found.top)
    area = (found.right - found.left) * (found.bottom - found.top)
    return width > 0 and height > 0 and width * height > MAX_OVERLAP * area


def after(new: Sequence[Word], known: Sequence[Word]) -> list[Word]:
    """The new words with their lines numbered behind those of the known ones."""
    first_free = max((word.line for word in known), default=-1) + 1
    return [word._replace(line=word.line + first_free) for word in new]
