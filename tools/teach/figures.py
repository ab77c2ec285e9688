"""Draws one figure of one colour: charts, tables, shapes and stamps."""

from collections.abc import Callable
from random import Random

from PIL import ImageDraw

from tools.teach.writing import font_of

Edges = tuple[int, int, int, int]
Painter = Callable[[ImageDraw.ImageDraw, Edges, str, Random], None]

COLOURS = {
    "red": ("#d62828", "#b71c1c", "#e53935"),
    "blue": ("#1d4ed8", "#1f4e9c", "#2962ff"),
    "green": ("#2e8b57", "#1b9e3e", "#388e3c"),
    "orange": ("#f57c00", "#e8871e", "#ff9100"),
    "purple": ("#7b1fa2", "#6a3d9a", "#8e24aa"),
    "pink": ("#f06bb0", "#ec70b4", "#ff80c0"),
    "cyan": ("#22c3dd", "#26c6da", "#18b8d0"),
    "black": ("#111111", "#222222", "#2b2b2b"),
}


def _bars(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    left, top, right, bottom = edges
    n_bars = dice.randint(3, 5)
    step = (right - left) / n_bars
    heights = [dice.uniform(0.3, 1) for _ in range(n_bars)]
    tallest = max(heights)
    for n, height in enumerate(heights):
        x = left + n * step
        y = bottom - (bottom - top) * height / tallest
        pen.rectangle((x, y, x + step * 0.7, bottom), fill=colour)
    pen.line((left, bottom, right, bottom), fill="black", width=2)


def _line(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    left, top, right, bottom = edges
    n_points = dice.randint(4, 6)
    places = [left + 4 + (right - left - 8) * n / (n_points - 1) for n in range(n_points)]
    values = [dice.uniform(top, bottom - 6) for _ in places]
    values[dice.randrange(n_points)] = top + 4
    pen.line((left, top, left, bottom, right, bottom), fill="black", width=2)
    pen.line(list(zip(places, values, strict=True)), fill=colour, width=5)
    for x, y in zip(places, values, strict=True):
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=colour)


def _pie(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    pen.ellipse(edges, fill=colour)
    middle = ((edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2)
    start = dice.uniform(0, 360)
    for _ in range(dice.randint(3, 4)):
        pen.pieslice(edges, start, start + 1, outline="white", width=4)
        start += dice.uniform(60, 130)
    pen.ellipse((middle[0] - 2, middle[1] - 2, middle[0] + 2, middle[1] + 2), fill="white")


def _table(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    left, top, right, bottom = edges
    n_lines, n_columns = dice.randint(4, 5), dice.randint(3, 4)
    pen.rectangle((left, top, right, top + (bottom - top) / n_lines), fill=colour)
    for n in range(n_lines + 1):
        y = top + (bottom - top) * n / n_lines
        pen.line((left, y, right, y), fill=colour, width=3)
    for n in range(n_columns + 1):
        x = left + (right - left) * n / n_columns
        pen.line((x, top, x, bottom), fill=colour, width=3)


def _square(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, _dice: Random) -> None:
    pen.rectangle(edges, fill=colour)


def _triangle(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    left, top, right, bottom = edges
    peak = dice.uniform(left + (right - left) * 0.3, right - (right - left) * 0.3)
    pen.polygon([(left, bottom), (right, bottom), (peak, top)], fill=colour)


def _stamp(pen: ImageDraw.ImageDraw, edges: Edges, colour: str, dice: Random) -> None:
    left, top, right, bottom = edges
    pen.ellipse(edges, outline=colour, width=5)
    pen.ellipse((left + 10, top + 10, right - 10, bottom - 10), outline=colour, width=3)
    middle = ((left + right) / 2, (top + bottom) / 2)
    text = dice.choice(("PAID", "SENT", "COPY", "VOID"))
    font = font_of("DejaVuSans-Bold", max(12, (right - left) // 5))
    pen.text(middle, text, font=font, fill=colour, anchor="mm")


KINDS: dict[str, Painter] = {
    "bar chart": _bars,
    "line chart": _line,
    "pie chart": _pie,
    "table": _table,
    "square": _square,
    "triangle": _triangle,
    "stamp": _stamp,
}
