"""The words of a PDF page as its text layer gives them. Runs in the sandboxed child only.

PDFium gives characters in the order of the content stream with the spaces and line ends that it
thinks are there. They become words with boxes in fractions of the page as displayed, that is, after
crop box and rotation. Whether they can be seen is decided elsewhere, by looking at the pixels.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped] # it has no annotations
import pypdfium2.raw as pdfium  # type: ignore[import-untyped] # likewise

from ingest.frames import MAX_WORD_CHARS, MAX_WORDS, RawWord

MAX_CHARS = 400_000
UNITS = 1_000_000  # device units along each edge: FPDF_PageToDevice speaks whole numbers
LINE_ENDS = "\r\n"
LAM, ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"
HYPHEN_AT_LINE_END = "\x02"  # PDFium's mark; the two halves follow each other without a line end


class Char(NamedTuple):
    """A character and its box in the page's own coordinates, origin bottom left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def extent(self) -> float:
        """The longer edge of the box, much the same for text in any direction."""
        return max(self.right - self.left, self.top - self.bottom)

    @property
    def is_blank(self) -> bool:
        """Whether it only separates words."""
        return self.text.isspace() or self.text == "\0"


class Break(Enum):
    """What ends at a place between two characters."""

    WORD = "word"
    LINE = "line"


def read_words(page: pypdfium2.PdfPage) -> list[RawWord]:
    """The words of the page in content order, at most `MAX_WORDS`."""
    text_page = page.get_textpage()
    try:
        to_fractions = Projection(page)
        words: list[RawWord] = []
        for line, chars in split_words(read_chars(text_page)):
            words.append(to_fractions.word(line, chars))
            if len(words) == MAX_WORDS:
                break
        return words
    finally:
        text_page.close()


def read_chars(text_page: pypdfium2.PdfTextPage) -> Iterator[Char]:
    """The characters of the page; a space or line end has no box worth reading."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    targets = [ctypes.byref(edge) for edge in (left, right, bottom, top)]
    raw = text_page.raw
    for i in range(min(pdfium.FPDFText_CountChars(raw), MAX_CHARS)):
        char = chr(pdfium.FPDFText_GetUnicode(raw, i))
        if char.isspace() or char == "\0":
            yield Char(char, 0, 0, 0, 0)
            continue
        pdfium.FPDFText_GetCharBox(raw, i, *targets)
        if right.value <= left.value or top.value <= bottom.value:
            yield loose_char(raw, i, char)
            continue
        yield Char(char, left.value, bottom.value, right.value, top.value)


def loose_char(raw: pdfium.FPDF_TEXTPAGE, i: int, char: str) -> Char:
    """A character whose glyph has no outline, with the box that its font and width suggest."""
    rect = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(raw, i, rect)
    return Char(char, rect.left, rect.bottom, rect.right, rect.top)


def split_words(chars: Iterable[Char]) -> Iterator[tuple[int, list[Char]]]:
    """Group characters into words, each with the number of its line."""
    line, line_is_used, word = 0, False, list[Char]()
    for token in with_breaks(chars):
        if isinstance(token, Char):
            word.append(token)
            continue
        if word:
            yield line, word
            line_is_used, word = True, []
        if token is Break.LINE and line_is_used:
            line, line_is_used = line + 1, False


def with_breaks(chars: Iterable[Char]) -> Iterator[Char | Break]:
    """The visible characters, with a break wherever a word or a line ends."""
    last: Char | None = None
    n_in_word = 0
    for char in chars:
        found = break_before(last, char) if n_in_word < MAX_WORD_CHARS else Break.WORD
        if found is not None:
            yield found
            n_in_word = 0
        last = None if char.is_blank else char
        if last is not None:
            yield last._replace(text="-") if last.text == HYPHEN_AT_LINE_END else last
            n_in_word += 1
    yield Break.LINE


def break_before(last: Char | None, char: Char) -> Break | None:
    """Which break stands before this character: blanks say so, and so do wide gaps."""
    if char.text in LINE_ENDS:
        return Break.LINE
    if char.is_blank:
        return Break.WORD
    if last is None:
        return None
    if last.text == HYPHEN_AT_LINE_END:
        return Break.LINE
    size = max(last.extent, char.extent)
    if max(char.bottom - last.top, last.bottom - char.top) > size:
        return Break.LINE
    is_far = max(char.left - last.right, last.left - char.right) > 2 * size
    return Break.WORD if is_far else None


def in_logical_order(chars: Sequence[Char]) -> list[Char]:
    """The characters with lam before alef where both are one Arabic glyph.

    PDFium turns right-to-left text around letter by letter, the halves of this ligature too.
    """
    turned = list(chars)
    for i, (first, second) in enumerate(pairwise(chars)):
        if first.text in ALEFS and second.text == LAM and first[1:] == second[1:]:
            turned[i : i + 2] = [second, first]
    return turned


class Projection:
    """Maps the page's own coordinates to fractions of the page as displayed.

    PDFium is asked where three points land; crop box, rotation and user unit are in its answer.
    """

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        span_x, span_y = page.get_size()
        self._x0, self._y0 = self._ask(page, 0, 0)
        self._xx, self._xy = self._slope(self._ask(page, span_x, 0), span_x)
        self._yx, self._yy = self._slope(self._ask(page, 0, span_y), span_y)

    def _ask(self, page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        area = (page, 0, 0, UNITS, UNITS, 0, x, y)
        if not pdfium.FPDF_PageToDevice(*area, ctypes.byref(device_x), ctypes.byref(device_y)):
            raise ValueError("the page's coordinates do not map to pixels")
        return device_x.value / UNITS, device_y.value / UNITS

    def _slope(self, at: tuple[float, float], span: float) -> tuple[float, float]:
        return (at[0] - self._x0) / span, (at[1] - self._y0) / span

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page stands, origin top left."""
        return (
            self._x0 + x * self._xx + y * self._yx,
            self._y0 + x * self._xy + y * self._yy,
        )

    def word(self, line: int, chars: Sequence[Char]) -> RawWord:
        """The word that the characters make, boxed as displayed."""
        corner = self.point(min(c.left for c in chars), min(c.bottom for c in chars))
        opposite = self.point(max(c.right for c in chars), max(c.top for c in chars))
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
        text = "".join(char.text for char in in_logical_order(chars))
        # characters beyond the first 65,536 come as two surrogates
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return RawWord(text, (left, top, right, bottom), line)
