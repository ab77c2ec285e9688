"""Draw the page that every visual encoder is probed with, and write down its words.

    python -m tools.draw_probe_page

Run it only to change the page: all recorded rows are of the page as it is.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent.parent / "index" / "encoders" / "visual"
WIDTH, HEIGHT = 620, 877  # A4 at 75 dots per inch
RIGHT = "What was the revenue of the northern region in 2023?"
WRONG = "Which enzyme unwinds the double helix of DNA?"
BARS = (("North", 48, "#1f4e9c"), ("South", 31, "#2e8b57"), ("East", 22, "#c8792b"))
LINES = (
    (60, 50, 34, "Annual report 2023"),
    (60, 110, 22, "Revenue by region, in million dollars"),
    (60, 640, 18, "The northern region earned 48 million dollars in 2023,"),
    (60, 670, 18, "more than the south (31) and the east (22) each."),
)


def draw() -> tuple[Image.Image, list[list[object]]]:
    """Return the page and its words: text, box in fractions of the page, line."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(page)
    lines = (*LINES, *_chart(pen))
    return page, [word for n, line in enumerate(lines) for word in _write(pen, n, line)]


def _chart(pen: ImageDraw.ImageDraw) -> list[tuple[int, int, int, str]]:
    labels = []
    for n, (name, value, colour) in enumerate(BARS):
        left = 110 + 150 * n
        pen.rectangle((left, 560 - 8 * value, left + 90, 560), fill=colour)
        labels += [(left + 30, 560 - 8 * value - 28, 20, str(value)), (left + 18, 572, 20, name)]
    pen.line((90, 560, 530, 560), fill="black", width=2)
    return labels


def _write(
    pen: ImageDraw.ImageDraw, number: int, line: tuple[int, int, int, str]
) -> Iterator[list[object]]:
    left, top, size, text = line
    font = ImageFont.load_default(size)
    at = float(left)
    for word in text.split():
        pen.text((at, top), word, font=font, fill="black")
        x0, y0, x1, y1 = pen.textbbox((at, top), word, font=font)
        box = (x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT)
        yield [word, *(round(edge, 5) for edge in box), number]
        at += pen.textlength(word + " ", font=font)


if __name__ == "__main__":
    drawn, told = draw()
    drawn.quantize(32).save(FOLDER / "probe-page.png", optimize=True)
    body = {"right": RIGHT, "wrong": WRONG, "words": told}
    (FOLDER / "probe-page.json").write_text(json.dumps(body) + "\n", encoding="utf-8")
