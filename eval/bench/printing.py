"""Tables and JSON of what was measured."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from api.commands.shared import err, out
from eval.bench.ingest import IngestFigures
from eval.bench.measuring import Figures, Spread
from eval.bench.overload import OverloadFigures, p95
from eval.bench.plot import label
from eval.bench.scale import ScaleFigures
from eval.bench.search import SearchFigures
from eval.bench.service import Latency, ServiceFigures
from eval.bench.soak import SoakFigures

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def print_search(figures: SearchFigures) -> None:
    """Print a line for each engine."""
    table = _table("engine", "recall@10", "CPU ms", "wall ms", "times", "KB/page", "build ms/page")
    for one in figures.engines:
        table.add_row(
            label(one.engine, one.together),
            *_cells(one),
            f"{figures.times_slower(one):.1f}",
            f"{one.page_bytes / 1000:.0f}",
            f"{one.build_cpu_ms:.1f}" if one.build_cpu_ms else "-",
        )
    out.print(table, crop=False)
    kernel = figures.kernel
    out.print(
        f"int8 kernel ({kernel.name}): {kernel.page_us:.1f} us a page, "
        f"{kernel.bound_share:.0%} of its bound; two threads {kernel.two_threads:.2f} times as fast"
    )
    out.print(f"load {figures.machine['load']} on {figures.machine['cores']} cores")
    for line in figures.left_out:
        err.print(line, markup=False)


def print_scale(sizes: Sequence[ScaleFigures]) -> None:
    """Print a line for each size and engine."""
    table = _table("pages", "engine", "recall@10", "CPU ms", "wall ms", "numpy CPU ms", "times")
    for size in sizes:
        for one in size.engines:
            times = size.numpy_cpu_ms / one.cpu_ms.median
            numpy = f"{size.numpy_cpu_ms:.0f}"
            table.add_row(f"{size.n_pages}", one.engine, *_cells(one), numpy, f"{times:.1f}")
    out.print(table, crop=False)
    for size in sizes:
        depths = ", ".join(f"{k} {v:.3f}" for k, v in size.first_stage_recall.items())
        stages = ", ".join(f"{name} {ms:.1f}" for name, ms in asdict(size.stages).items())
        out.print(f"{size.n_pages} pages, {size.depth} refined; CPU ms: {stages}")
        out.print(f"  of the true first 10 among the first: {depths}")


def print_ingest(figures: IngestFigures) -> None:
    """Print a line for each stage."""
    table = _table("stage", "pages", "pages/s", "wall s", "CPU s")
    for one in (*figures.stages, figures.whole):
        cells = (f"{one.pages_a_second:.2f}", f"{one.wall_s:.1f}", f"{one.cpu_s:.1f}")
        table.add_row(one.name, str(one.n_pages), *cells)
    out.print(table, crop=False)
    out.print(f"all together: {figures.share:.2f} of the slowest stage, {figures.slowest.name}")


def print_service(figures: ServiceFigures) -> None:
    """Print a line for searches alone and one for those under ingest."""
    table = _table("searches", "n", "p50 ms", "p95 ms", "overhead p50 ms", "CPU ms")
    for name, one in (("alone", figures.alone), ("under ingest", figures.busy)):
        table.add_row(name, str(one.n_searches), *_latency(one))
    out.print(table, crop=False)
    for name, one in (("alone", figures.alone), ("under ingest", figures.busy)):
        stages = ", ".join(f"{stage} {ms:.1f}" for stage, ms in one.stages.items())
        out.print(f"{name}, stages p50 ms: {stages}")
    out.print(
        f"{figures.n_pages} pages searched; p95 under ingest "
        f"{figures.busy.p95 / figures.alone.p95:.2f} times that alone, "
        f"{figures.pages_meanwhile} pages indexed meanwhile"
    )
    if not figures.was_busy:
        err.print("the indexing ended before the searches did: ask for more --busy-pages")


def print_overload(figures: OverloadFigures) -> None:
    """Print what came through, and how a quiet tenant fared."""
    peak, others = figures.peak, ", ".join(f"{n} of {one}" for one, n in figures.statuses.items())
    out.print(f"peak {_told(peak)} answers/s, with {figures.n_clients} clients")
    out.print(
        f"goodput at four times that {_told(figures.goodput)} answers/s: {_ratio(figures.kept)} of "
        f"the peak; {others}; sending took {figures.sender_cores:.2f} cores"
    )
    out.print(
        f"CPU of the server for an answer {_told(figures.peak_ms)} ms at the peak, "
        f"{_told(figures.flood_ms)} ms in the flood"
    )
    alone, beside = figures.alone_ms, figures.beside_ms
    out.print(
        f"quiet tenant p95 {p95(alone):.1f} ms alone ({len(alone)}), {p95(beside):.1f} ms beside "
        f"that ({len(beside)}, {figures.n_refused} more refused): {p95(beside) / p95(alone):.2f} "
        f"times, in the rounds {_ratio(figures.times_slower)}"
    )
    out.print(f"{len(figures.rounds)} rounds, load {figures.load:.1f} on {figures.cores} cores")


def print_soak(figures: SoakFigures) -> None:
    """Print how memory went."""
    out.print(
        f"{figures.minutes:.1f} minutes, {figures.n_rounds} documents came and went: "
        f"{figures.first_mib:.1f} MiB after the warm-up, {figures.last_mib:.1f} MiB at the end, "
        f"{figures.growth:+.1%}; peak {figures.peak_mib:.1f} MiB"
    )


def write_json(figures: "DataclassInstance | Sequence[DataclassInstance]", path: Path) -> None:
    """Write figures as they are."""
    body = [asdict(one) for one in figures] if isinstance(figures, Sequence) else asdict(figures)
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")


def _cells(one: Figures) -> tuple[str, str, str]:
    return f"{one.recall:.3f}", _told(one.cpu_ms), f"{one.wall_ms.median:.1f}"


def _told(spread: Spread) -> str:
    return rf"{spread.median:.1f} \[{spread.lower:.1f}-{spread.upper:.1f}]"


def _ratio(spread: Spread) -> str:
    return rf"{spread.median:.2f} \[{spread.lower:.2f}-{spread.upper:.2f}]"


def _latency(one: Latency) -> tuple[str, ...]:
    return f"{one.p50:.1f}", f"{one.p95:.1f}", f"{one.overhead_p50:.1f}", f"{one.cpu:.1f}"


def _table(*columns: str) -> Table:
    table = Table(box=None)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="fold", min_width=len(column))
    return table
