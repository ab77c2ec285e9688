"""Pages with figures and words at varied places, and what can be asked about them.

What is held out: the pairs of colour and figure in `HELD_OUT` occur on no page that is taught, and
pages for examination are drawn from seeds of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from index.records import Box, PageWords, Word
from tools.teach.figures import COLOURS, FIGURES, ROUND, Spot, tinted

SIZES = ((256, 256), (224, 296), (296, 224))  # width and height of a page, in pixels
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneralBol")
YEARS = tuple(str(year) for year in range(2015, 2027))
WORDS = """
annual report revenue profit sales costs budget total region north south east west quarter
market price income tax bank loan river forest harbour island bridge garden winter summer water
energy solar copper silver paper glass wheat coffee orchard museum library school hospital doctor
engine pilot train ship travel history music poem cell protein virus planet
"""
VOCABULARY = tuple(WORDS.split())
HELD_OUT = frozenset(
    [
        ("red", "pie chart"),
        ("blue", "table"),
        ("green", "star"),
        ("orange", "bar chart"),
        ("purple", "triangle"),
        ("brown", "circle"),
        ("pink", "line chart"),
        ("black", "stamp"),
    ]
)


class Figure(NamedTuple):
    """A figure on a page; its box is in fractions of the page."""

    colour: str
    kind: str
    box: Box


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page and what is on it.

    Attributes:
        image: `(height, width, 3)` uint8 RGB.
        figures: its figures.
        words: its printed words, with their boxes.
    """

    image: NDArray[np.uint8]
    figures: tuple[Figure, ...]
    words: PageWords


def draw_page(rng: np.random.Generator, *, held_out: bool = False) -> DrawnPage:
    """Draw a page of one to three figures and up to three lines of words.

    Args:
        rng: decides everything.
        held_out: whether pairs of `HELD_OUT` may occur; the first figure then often is one.
    """
    width, height = SIZES[rng.integers(len(SIZES))]
    image = Image.new("RGB", (width, height), _paper(rng))
    pen = ImageDraw.Draw(image)
    spots: list[Spot] = []
    words = [word for n in range(rng.integers(0, 4)) for word in _write(pen, spots, n, rng)]
    figures = [_place(pen, spots, rng, held_out=held_out) for _ in range(rng.integers(1, 4))]
    return DrawnPage(
        np.asarray(image),
        tuple(figure for figure in figures if figure is not None),
        PageWords(tuple(words), "text_layer" if words else "none"),
    )


def _paper(rng: np.random.Generator) -> tuple[int, int, int]:
    shade = int(rng.integers(236, 256))
    return shade, shade, int(np.clip(shade + rng.integers(-12, 1), 0, 255))


def _place(
    pen: ImageDraw.ImageDraw, spots: list[Spot], rng: np.random.Generator, *, held_out: bool
) -> Figure | None:
    colour, kind = _pair(rng, held_out=held_out)
    spot = _free_spot(pen, spots, rng, is_round=kind in ROUND)
    if spot is None:
        return None
    spots.append(spot)
    FIGURES[kind](pen, spot, tinted(COLOURS[colour], rng), rng)
    return Figure(colour, kind, _fractions(pen, spot))


def _pair(rng: np.random.Generator, *, held_out: bool) -> tuple[str, str]:
    if held_out and rng.random() < 0.3:
        return sorted(HELD_OUT)[rng.integers(len(HELD_OUT))]
    while True:
        pair = list(COLOURS)[rng.integers(len(COLOURS))], list(FIGURES)[rng.integers(len(FIGURES))]
        if held_out or pair not in HELD_OUT:
            return pair


def _free_spot(
    pen: ImageDraw.ImageDraw, spots: Sequence[Spot], rng: np.random.Generator, *, is_round: bool
) -> Spot | None:
    """Return a place that nothing else takes; None when the page is full."""
    page_width, page_height = pen.im.size
    for _ in range(60):
        width = int(rng.integers(60, 120))
        height = width if is_round else int(rng.integers(60, 110))
        left = int(rng.integers(6, page_width - width - 5))
        top = int(rng.integers(6, page_height - height - 5))
        spot = Spot(left, top, left + width, top + height)
        if not any(_overlap(spot, other) for other in spots):
            return spot
    return None


def _write(
    pen: ImageDraw.ImageDraw, spots: list[Spot], line: int, rng: np.random.Generator
) -> list[Word]:
    """Print one to three words in a row; nothing when they find no place."""
    font = _font(FONTS[rng.integers(len(FONTS))], int(rng.integers(15, 25)))
    texts = [VOCABULARY[rng.integers(len(VOCABULARY))] for _ in range(rng.integers(1, 4))]
    if rng.random() < 0.3:
        texts[-1] = YEARS[rng.integers(len(YEARS))]
    if rng.random() < 0.5:
        texts[0] = texts[0].capitalize()
    page_width, page_height = pen.im.size
    lengths = [font.getlength(f"{text} ") for text in texts]
    if sum(lengths) > page_width - 12:
        return []
    for _ in range(20):
        left = int(rng.integers(6, page_width - int(sum(lengths)) - 5))
        top = int(rng.integers(6, page_height - 34))
        spot = Spot(left, top, left + int(sum(lengths)), top + int(font.size * 1.3))
        if not any(_overlap(spot, other) for other in spots):
            spots.append(spot)
            return _print(pen, spot, texts, font, line)
    return []


def _print(
    pen: ImageDraw.ImageDraw,
    spot: Spot,
    texts: Sequence[str],
    font: ImageFont.FreeTypeFont,
    line: int,
) -> list[Word]:
    words, x = [], float(spot.left)
    for text in texts:
        left, top, right, bottom = pen.textbbox((x, spot.top), text, font=font)
        pen.text((x, spot.top), text, font=font, fill=(20, 20, 20))
        box = _fractions(pen, Spot(int(left), int(top), int(right) + 1, int(bottom) + 1))
        words.append(Word(text, box, line))
        x += font.getlength(f"{text} ")
    return words


def _fractions(pen: ImageDraw.ImageDraw, spot: Spot) -> Box:
    width, height = pen.im.size
    return Box(spot.left / width, spot.top / height, spot.right / width, spot.bottom / height)


def _overlap(one: Spot, other: Spot, gap: int = 6) -> bool:
    across = one.left < other.right + gap and other.left < one.right + gap
    return across and one.top < other.bottom + gap and other.top < one.bottom + gap


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{name}.ttf", size)
