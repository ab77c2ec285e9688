"""Writes words onto a page and tells where each stands."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

from index.records import Box, PageWords, Word

SIDE = 320  # pixels of a generated page, which is square
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono")


class Line(NamedTuple):
    """A line of text: where it begins, in pixels, and how it is set."""

    left: int
    top: int
    text: str
    font: str
    size: int
    colour: str = "black"


@cache
def font_of(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return one of matplotlib's own fonts."""
    return ImageFont.truetype(str(files("matplotlib") / f"mpl-data/fonts/ttf/{name}.ttf"), size)


def write(pen: ImageDraw.ImageDraw, lines: Sequence[Line]) -> PageWords:
    """Write lines and return their words with boxes in fractions of the page."""
    words = [word for n, line in enumerate(lines) for word in _written(pen, line, n)]
    return PageWords(tuple(words), "text_layer")


def _written(pen: ImageDraw.ImageDraw, line: Line, number: int) -> list[Word]:
    font, at, words = font_of(line.font, line.size), float(line.left), []
    for text in line.text.split():
        pen.text((at, line.top), text, font=font, fill=line.colour)
        edges = [edge / SIDE for edge in pen.textbbox((at, line.top), text, font=font)]
        words.append(Word(text, Box(*edges), number))
        at += pen.textlength(text + " ", font=font)
    return words
