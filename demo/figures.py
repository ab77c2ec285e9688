"""Draws the figures of `content/figures.json` as PNG: charts from numbers, diagrams from boxes."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import FancyBboxPatch
from PIL import Image

DPI = 170
N_COLOURS = 96
Point = tuple[float, float]
PALETTE = ("#0b5d7a", "#e08e3c", "#5c9e76", "#a23b52", "#6c6ea0", "#c9b458", "#7f8c8d")
RC = {
    "font.family": "Barlow",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titleweight": "bold",
    "axes.titlesize": 10.5,
    "axes.edgecolor": "#777777",
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Spec:
    """One figure: its kind, its size in inches, and what the kind needs."""

    kind: str
    size: tuple[float, float]
    title: str
    labels: tuple[str, ...]
    series: Mapping[str, tuple[float, ...]]
    x_label: str
    y_label: str
    value_format: str
    nodes: Mapping[str, tuple[float, float, float, float]]
    arrows: tuple[tuple[float, float, float, float, str], ...]


def read_specs(path: Path) -> dict[str, Spec]:
    """The figures by name."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {name: _spec(fields) for name, fields in raw.items()}


def draw_figure(spec: Spec, target: Path) -> None:
    """Write the figure as a PNG of few colours."""
    folder = Path(str(files("fontpkg_barlow"))) / "files"
    for face in ("Regular", "Bold"):
        fontManager.addfont(folder / f"Barlow-{face}.ttf")
    with rc_context(RC):  # type: ignore[arg-type] # the stubs want literal keys
        figure = Figure(figsize=spec.size, dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        DRAWERS[spec.kind](axes, spec)
        if spec.title:
            axes.set_title(spec.title, loc="left")
        _save(figure, target)


def _spec(fields: dict[str, object]) -> Spec:
    defaults: dict[str, object] = {
        "title": "",
        "labels": (),
        "series": {},
        "x_label": "",
        "y_label": "",
        "value_format": "{:g}",
        "nodes": {},
        "arrows": (),
    }
    return Spec(**{**defaults, **fields})  # type: ignore[arg-type] # our own file, read as written


def _save(figure: Figure, target: Path) -> None:
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call] # untyped there
        buffer, metadata={"Software": None}
    )
    with Image.open(buffer) as image:
        image.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE).save(target, "PNG")


def _bars(axes: Axes, spec: Spec) -> None:
    places = np.arange(len(spec.labels))
    width = 0.78 / len(spec.series)
    for number, (name, values) in enumerate(spec.series.items()):
        shift = (number - (len(spec.series) - 1) / 2) * width
        bars = axes.bar(places + shift, values, width * 0.94, color=PALETTE[number], label=name)
        axes.bar_label(bars, [spec.value_format.format(value) for value in values], padding=2)
    axes.set_xticks(places, spec.labels)
    axes.margins(y=0.12)
    _finish(axes, spec)


def _stacked(axes: Axes, spec: Spec) -> None:
    base = np.zeros(len(spec.labels))
    for number, (name, values) in enumerate(spec.series.items()):
        bars = axes.bar(spec.labels, values, 0.62, base, color=PALETTE[number], label=name)
        texts = [spec.value_format.format(value) for value in values]
        axes.bar_label(bars, texts, label_type="center", color="white", fontweight="bold")
        base += np.asarray(values)
    _finish(axes, spec)


def _sideways(axes: Axes, spec: Spec) -> None:
    (values,) = spec.series.values()
    bars = axes.barh(spec.labels, values, 0.66, color=PALETTE[0])
    axes.bar_label(bars, [spec.value_format.format(value) for value in values], padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(spec.x_label)


def _lines(axes: Axes, spec: Spec) -> None:
    for number, (name, values) in enumerate(spec.series.items()):
        axes.plot(spec.labels, values, marker="o", ms=4, lw=2, color=PALETTE[number], label=name)
        for label, value in zip(spec.labels, values, strict=True):
            axes.annotate(
                spec.value_format.format(value),
                (label, value),
                (0, 6 if number == 0 else -7),
                textcoords="offset points",
                ha="center",
                va="bottom" if number == 0 else "top",
                color=PALETTE[number],
            )
    axes.margins(y=0.18)
    _finish(axes, spec)


def _pie(axes: Axes, spec: Spec) -> None:
    (values,) = spec.series.values()
    texts = [
        f"{label}\n{spec.value_format.format(value)}"
        for label, value in zip(spec.labels, values, strict=True)
    ]
    axes.pie(
        values,
        labels=texts,
        colors=PALETTE,
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": "white", "linewidth": 1.5, "width": 0.55},
    )


def _scatter(axes: Axes, spec: Spec) -> None:
    names = list(spec.series)
    horizontal, vertical = spec.series[names[0]], spec.series[names[1]]
    slope, offset = np.polyfit(horizontal, vertical, 1)
    ends = np.array([min(horizontal), max(horizontal)])
    axes.scatter(horizontal, vertical, 26, color=PALETTE[0], zorder=3)
    axes.plot(ends, slope * ends + offset, color=PALETTE[3], lw=1.4)
    for label, across, up in zip(spec.labels, horizontal, vertical, strict=True):
        axes.annotate(label, (across, up), (5, 3), textcoords="offset points", fontsize=8)
    _finish(axes, spec)


def _diagram(axes: Axes, spec: Spec) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100 * spec.size[1] / spec.size[0])
    for across, up, to_across, to_up, text in spec.arrows:
        _arrow(axes, (across, up), (to_across, to_up), text)
    for text, (left, bottom, width, height) in spec.nodes.items():
        patch = FancyBboxPatch(
            (left, bottom),
            width,
            height,
            "round,pad=0,rounding_size=1.2",
            fc="#eef4f6",
            ec="#0b5d7a",
        )
        axes.add_patch(patch)
        axes.text(left + width / 2, bottom + height / 2, text, ha="center", va="center")


def _arrow(axes: Axes, start: Point, end: Point, text: str) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "#a23b52", "lw": 1.5})
    across, up = (np.asarray(start) + np.asarray(end)) / 2
    if start[0] == end[0]:
        axes.text(across + 1.5, up, text, ha="left", va="center", fontsize=8)
    else:
        axes.text(across, up + 1.3, text, ha="center", va="bottom", fontsize=8)


def _finish(axes: Axes, spec: Spec) -> None:
    axes.set_xlabel(spec.x_label)
    axes.set_ylabel(spec.y_label)
    axes.yaxis.grid(visible=True, color="#e4e4e4", zorder=0)
    axes.set_axisbelow(True)
    if len(spec.series) > 1 and spec.kind != "scatter":
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=4)


DRAWERS: dict[str, Callable[[Axes, Spec], None]] = {
    "bars": _bars,
    "stacked": _stacked,
    "sideways": _sideways,
    "lines": _lines,
    "pie": _pie,
    "scatter": _scatter,
    "diagram": _diagram,
}
