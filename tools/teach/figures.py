"""Figures that pages are made of: charts, tables, shapes and stamps, each in one colour."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PIL import ImageDraw

COLOURS: Mapping[str, tuple[int, int, int]] = {
    "red": (205, 40, 40),
    "blue": (35, 75, 190),
    "green": (30, 140, 65),
    "orange": (235, 135, 25),
    "purple": (125, 50, 160),
    "brown": (120, 75, 40),
    "pink": (240, 130, 175),
    "black": (25, 25, 25),
}
GREY = (150, 150, 150)
WHITE = (255, 255, 255)


class Spot(NamedTuple):
    """Where a figure is drawn, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Return the point at these shares of its width and height."""
        return (
            self.left + across * (self.right - self.left),
            self.top + down * (self.bottom - self.top),
        )


Colour = tuple[int, int, int]
Draw = Callable[[ImageDraw.ImageDraw, Spot, Colour, np.random.Generator], None]


def tinted(colour: Colour, rng: np.random.Generator) -> Colour:
    """Return a colour a little off, as printers make them."""
    red, green, blue = (int(np.clip(part + rng.integers(-14, 15), 0, 255)) for part in colour)
    return red, green, blue


def bar_chart(
    pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, rng: np.random.Generator
) -> None:
    """Bars of several heights on a line."""
    n_bars = int(rng.integers(3, 6))
    for n, height in enumerate(rng.uniform(0.25, 1, n_bars)):
        left, top = spot.at((n + 0.15) / n_bars, 1 - height)
        right, bottom = spot.at((n + 0.85) / n_bars, 1)
        pen.rectangle((left, top, right, bottom), fill=colour)
    pen.line((spot.at(0, 1), spot.at(1, 1)), fill=GREY, width=2)


def line_chart(
    pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, rng: np.random.Generator
) -> None:
    """A line from point to point between two axes."""
    heights = rng.uniform(0.05, 0.95, int(rng.integers(4, 8)))
    points = [spot.at(n / (len(heights) - 1), 1 - height) for n, height in enumerate(heights)]
    pen.line((spot.at(0, 0), spot.at(0, 1)), fill=GREY, width=2)
    pen.line((spot.at(0, 1), spot.at(1, 1)), fill=GREY, width=2)
    pen.line(points, fill=colour, width=4, joint="curve")
    for x, y in points:
        pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)


def pie_chart(
    pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, rng: np.random.Generator
) -> None:
    """A disc cut into slices."""
    circle = _square(spot)
    pen.ellipse(circle, fill=colour)
    (x, y), radius = spot.centre, (circle[2] - circle[0]) / 2
    turn = rng.uniform(0, 2 * math.pi)
    for share in np.cumsum(rng.dirichlet(np.full(int(rng.integers(3, 6)), 4.0))):
        angle = turn + 2 * math.pi * share
        edge = (x + radius * math.cos(angle), y + radius * math.sin(angle))
        pen.line(((x, y), edge), fill=WHITE, width=3)


def table(pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, rng: np.random.Generator) -> None:
    """A grid of cells under a filled head."""
    n_rows, n_columns = int(rng.integers(4, 7)), int(rng.integers(3, 5))
    pen.rectangle((*spot.at(0, 0), *spot.at(1, 1 / n_rows)), fill=colour)
    for n in range(n_rows + 1):
        pen.line((spot.at(0, n / n_rows), spot.at(1, n / n_rows)), fill=colour, width=2)
    for n in range(n_columns + 1):
        pen.line((spot.at(n / n_columns, 0), spot.at(n / n_columns, 1)), fill=colour, width=2)


def circle(pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, _rng: np.random.Generator) -> None:
    """A filled disc."""
    pen.ellipse(_square(spot), fill=colour)


def square(pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, _rng: np.random.Generator) -> None:
    """A filled square."""
    pen.rectangle(_square(spot), fill=colour)


def triangle(
    pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, _rng: np.random.Generator
) -> None:
    """A filled triangle on its base."""
    pen.polygon([spot.at(0.5, 0), spot.at(1, 1), spot.at(0, 1)], fill=colour)


def star(pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, _rng: np.random.Generator) -> None:
    """A filled star of five points."""
    (x, y), radius = spot.centre, (_square(spot)[2] - _square(spot)[0]) / 2
    radii = [radius, 0.42 * radius] * 5
    angles = [math.pi * (n / 5 - 0.5) for n in range(10)]
    around = zip(radii, angles, strict=True)
    pen.polygon([(x + r * math.cos(a), y + r * math.sin(a)) for r, a in around], fill=colour)


def stamp(pen: ImageDraw.ImageDraw, spot: Spot, colour: Colour, rng: np.random.Generator) -> None:
    """Two rings around wavy lines."""
    left, top, right, bottom = _square(spot)
    pen.ellipse((left, top, right, bottom), outline=colour, width=4)
    inset = (right - left) * 0.14
    pen.ellipse((left + inset, top + inset, right - inset, bottom - inset), outline=colour, width=2)
    (x, y), reach = spot.centre, (right - left) * 0.26
    for n in (-1, 0, 1):
        wave = [
            (x + reach * s, y + n * reach * 0.5 + 3 * math.sin(6 * s + rng.uniform(0, 3)))
            for s in np.linspace(-1, 1, 9)
        ]
        pen.line(wave, fill=colour, width=2)


FIGURES: Mapping[str, Draw] = {
    "bar chart": bar_chart,
    "line chart": line_chart,
    "pie chart": pie_chart,
    "table": table,
    "circle": circle,
    "square": square,
    "triangle": triangle,
    "star": star,
    "stamp": stamp,
}
ROUND: Sequence[str] = ("pie chart", "circle", "square", "star", "stamp")  # as high as wide


def _square(spot: Spot) -> tuple[float, float, float, float]:
    (x, y), half = spot.centre, min(spot.right - spot.left, spot.bottom - spot.top) / 2
    return x - half, y - half, x + half, y + half
