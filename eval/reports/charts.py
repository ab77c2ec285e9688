"""Small charts as SVG text: lines, bars with intervals, a histogram.

Colours come from the page's style sheet (classes `s0`, `s1`, …), so that a chart follows light and
dark; every mark has a title, which a pointer and a screen reader find.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
BAR_HEIGHT = 24
NAME_WIDTH = 170
N_BINS = 24


class Bar(NamedTuple):
    """A figure from 0 to 1 with its interval."""

    name: str
    value: float
    low: float
    high: float


def line_chart(series: Mapping[str, Sequence[float]], *, title: str) -> Markup:
    """Draw shares over 1, 2, 3 …, a line for each series, from a tenth below the lowest up to 1."""
    n_points = max(len(values) for values in series.values())
    lowest = min(min(values) for values in series.values())
    floor = max(0.0, np.floor(10 * lowest - 1) / 10)
    parts = [*_share_grid(floor), *_numbers(n_points)]
    for place, (name, values) in enumerate(series.items()):
        points = [(_x(i, n_points), _y(value, floor)) for i, value in enumerate(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line s{place}" points="{path}"/>')
        parts += [
            _dot(x, y, place, f"{name}: {value:.3f} at {i + 1}")
            for i, ((x, y), value) in enumerate(zip(points, values, strict=True))
        ]
    return _svg(parts, title, height=HEIGHT)


def bar_chart(bars: Sequence[Bar], *, title: str) -> Markup:
    """Draw a bar for each figure, with its interval as a whisker."""
    parts = [part for row, bar in enumerate(bars) for part in _bar(row, bar)]
    return _svg(parts, title, height=BAR_HEIGHT * len(bars) + 6)


def histogram(values: Sequence[float], *, title: str, unit: str) -> Markup:
    """Draw how often values fall where; the last hundredth is left out of the picture."""
    highest = float(np.percentile(values, 99))
    counts, edges = np.histogram(values, bins=N_BINS, range=(0, max(highest, 1.0)))
    width = (WIDTH - LEFT - RIGHT) / N_BINS
    parts = []
    for place, count in enumerate(counts):
        height = (HEIGHT - TOP - BOTTOM) * count / max(1, counts.max())
        told = f"{edges[place]:.0f} to {edges[place + 1]:.0f} {unit}: {count}"
        box = (LEFT + place * width, HEIGHT - BOTTOM - height, width - 1, height)
        parts.append(_rectangle(box, "bar s0", told))
    for place in range(0, N_BINS + 1, 6):
        told = f"{edges[place]:.0f} {unit}"
        anchor = "end" if place == N_BINS else "middle"
        parts.append(_text(LEFT + place * width, HEIGHT - 10, told, anchor=anchor))
    return _svg(parts, title, height=HEIGHT)


def _share_grid(floor: float) -> Iterator[str]:
    for share in np.linspace(floor, 1, 5):
        y = _y(share, floor)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, f"{share:.2f}", anchor="end")


def _numbers(n_points: int) -> Iterator[str]:
    for i in range(n_points):
        yield _text(_x(i, n_points), HEIGHT - 10, str(i + 1), anchor="middle")


def _bar(row: int, bar: Bar) -> Iterator[str]:
    scale, top = WIDTH - NAME_WIDTH - 60, row * BAR_HEIGHT + 4
    middle, low, high = (NAME_WIDTH + scale * share for share in (bar.value, bar.low, bar.high))
    y = top + BAR_HEIGHT / 2 - 2
    told = f"{bar.name}: {bar.value:.3f}, 95 % from {bar.low:.3f} to {bar.high:.3f}"
    yield _text(NAME_WIDTH - 8, y + 4, bar.name, anchor="end")
    box = (NAME_WIDTH, top, max(middle - NAME_WIDTH, 0.5), BAR_HEIGHT - 7)
    yield _rectangle(box, "bar s0", told)
    yield f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield _text(WIDTH - 48, y + 4, f"{bar.value:.3f}", anchor="start")


def _x(place: int, n_points: int) -> float:
    return LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * place / max(1, n_points - 1)


def _y(share: float, floor: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share) / (1 - floor)


def _dot(x: float, y: float, place: int, told: str) -> str:
    title = f"<title>{escape(told)}</title>"
    return f'<circle class="dot s{place}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{title}</circle>'


def _rectangle(box: tuple[float, float, float, float], style: str, told: str) -> str:
    x, y, width, height = (f"{edge:.1f}" for edge in box)
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<rect class="{style}" {place}><title>{escape(told)}</title></rect>'


def _text(x: float, y: float, told: str, *, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(told)}</text>'


def _svg(parts: Sequence[str], title: str, *, height: float) -> Markup:
    size = f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}"'
    return Markup(f"<svg {size}>{''.join(parts)}</svg>")  # noqa: S704  every text in it is escaped
