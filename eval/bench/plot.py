"""Pictures of what was measured."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.scale import ScaleFigures
from eval.bench.search import SearchFigures
from index.errors import MissingDependency

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OURS, THEIRS = "#b3261e", "#8a8f98"


def draw_search(figures: SearchFigures, path: Path) -> None:
    """Draw the CPU time of a question as a bar for each engine, fastest on top.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    picture = _figure(8, 0.7 + 0.36 * len(figures.engines))
    axes = picture.add_subplot()
    engines = sorted(figures.engines, key=lambda one: -one.cpu_ms.median)
    names = [label(one.engine, one.together) for one in engines]
    medians = [one.cpu_ms.median for one in engines]
    colours = [OURS if one.engine.endswith("exact 32") else THEIRS for one in engines]
    bars = axes.barh(names, medians, color=colours)
    recalls = [f" {one.cpu_ms.median:.0f} ms, recall {one.recall:.3f}" for one in engines]
    axes.bar_label(bars, recalls, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(min(medians) / 2, max(medians) * 8)
    axes.set_xlabel(f"CPU milliseconds of a question, {figures.n_pages:,} pages")
    _save(picture, path)


def draw_scale(sizes: Sequence[ScaleFigures], path: Path) -> None:
    """Draw how the CPU time of a question grows with the pages.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    picture = _figure(7, 4)
    axes = picture.add_subplot()
    n_pages = [one.n_pages for one in sizes]
    axes.plot(n_pages, [one.numpy_cpu_ms for one in sizes], "o-", color=THEIRS, label="numpy")
    for place, style in enumerate(("o-", "o--")):
        lines = [one.engines[place] for one in sizes]
        medians = [one.cpu_ms.median for one in lines]
        axes.plot(n_pages, medians, style, color=OURS, label=lines[0].engine)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(n_pages, [f"{n:,}" for n in n_pages])
    axes.minorticks_off()
    axes.set_xlabel("pages")
    axes.set_ylabel("CPU milliseconds of a question")
    axes.legend()
    _save(picture, path)


def label(engine: str, together: int) -> str:
    """Return what an engine is called in tables and pictures."""
    return engine if together == 1 else f"{engine} ({together} at once)"


def _figure(width: float, height: float) -> "Figure":
    if find_spec("matplotlib") is None:
        raise MissingDependency("plots need, in a checkout of Pagesight: pip install '.[bench]'")
    from matplotlib.figure import Figure  # noqa: PLC0415  comes with the extra

    return Figure(figsize=(width, height), layout="constrained")


def _save(picture: "Figure", path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=120)
