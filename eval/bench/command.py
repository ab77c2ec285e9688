"""`pagesight bench`: measure what the service costs on this machine."""

import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click
from rich.table import Table

from api.commands.shared import err, out, says_errors
from api.service import Service
from api.settings import Settings
from eval.bench import plot, printing
from eval.bench.fleet_commands import capacity, shards
from eval.bench.gpu import GpuCost, measure_gpu
from eval.bench.ingest import measure_stages
from eval.bench.memory import IngestCost, measure_ingest
from eval.bench.overload import measure_overload
from eval.bench.pages import Shape
from eval.bench.scale import measure_scale
from eval.bench.search import measure_search
from eval.bench.service import measure_service
from eval.bench.soak import measure_soak
from eval.datasets.golden import read_golden

Result = TypeVar("Result")
AT_LEAST_ONE = click.IntRange(1)
SIZES = "1000,2000,5000,10000,20000,50000"

set_option = click.option(
    "--set",
    "golden",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder with documents and questions.",
)
json_file_option = click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON."
)
plot_option = click.option(
    "--plot", "plot_file", type=click.Path(dir_okay=False, path_type=Path), help="Draw a picture."
)
threads_option = click.option(
    "--threads", type=AT_LEAST_ONE, default=1, show_default=True, help="That share a question."
)


def shape_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add the options that say how large synthetic pages and questions are."""

    @click.option("--dims", type=AT_LEAST_ONE, default=128, show_default=True, help="Of a row.")
    @click.option("--tokens", type=AT_LEAST_ONE, default=24, show_default=True, help="A question.")
    @click.option("--grid", type=AT_LEAST_ONE, default=32, show_default=True, help="Patches across")
    @click.option("--questions", type=AT_LEAST_ONE, default=32, show_default=True, help="To ask.")
    @wraps(command)
    def shaped(dims: int, tokens: int, grid: int, questions: int, **others: object) -> Result:
        return command(Shape(dims, grid, tokens, questions), **others)

    return shaped


@click.group("bench")
def command() -> None:
    """Measure what the service costs on this machine."""


command.add_command(shards)
command.add_command(capacity)


@command.command("search")
@click.option("--pages", type=AT_LEAST_ONE, default=2000, show_default=True, help="To search.")
@shape_options
@threads_option
@json_file_option
@plot_option
@says_errors
def search(
    shape: Shape, *, pages: int, threads: int, json_file: Path | None, plot_file: Path | None
) -> None:
    """Compare with other programs on synthetic pages of a ColPali model's shape.

    CPU time counts. NumPy and others take their threads from OMP_NUM_THREADS and RAYON_NUM_THREADS.
    """
    figures = measure_search(shape, pages, threads=threads)
    printing.print_search(figures)
    if json_file is not None:
        printing.write_json(figures, json_file)
    if plot_file is not None:
        plot.draw_search(figures, plot_file)


@command.command("scale")
@click.option("--pages", default=SIZES, show_default=True, help="Sizes to compare.")
@shape_options
@threads_option
@json_file_option
@plot_option
@says_errors
def scale(
    shape: Shape, *, pages: str, threads: int, json_file: Path | None, plot_file: Path | None
) -> None:
    """Show how the cost of a question grows with the pages; 430 KB of disk for each."""
    sizes = []
    for size in measure_scale(shape, [int(n) for n in pages.split(",")], threads=threads):
        err.print(f"{size.n_pages} pages done")
        sizes.append(size)
    printing.print_scale(sizes)
    if json_file is not None:
        printing.write_json(sizes, json_file)
    if plot_file is not None:
        plot.draw_scale(sizes, plot_file)


@command.command("ingest")
@set_option
@json_file_option
@says_errors
def ingest(*, golden: Path, json_file: Path | None) -> None:
    """Time each stage of ingest alone, and all together."""
    paths = sorted((golden / "corpus").iterdir())
    with tempfile.TemporaryDirectory() as folder:
        service = Service.build(Settings(data=Path(folder) / "data"))
        try:
            figures = measure_stages(service, paths)
        finally:
            service.close()
    printing.print_ingest(figures)
    if json_file is not None:
        printing.write_json(figures, json_file)


@command.command("service")
@set_option
@click.option("--searches", type=AT_LEAST_ONE, default=200, show_default=True, help="How many.")
@click.option(
    "--busy-pages", type=AT_LEAST_ONE, default=400, show_default=True, help="To index meanwhile."
)
@json_file_option
@says_errors
def service(*, golden: Path, searches: int, busy_pages: int, json_file: Path | None) -> None:
    """Time searches over HTTP, alone and while documents are indexed."""
    figures = measure_service(read_golden(golden), n_searches=searches, busy_pages=busy_pages)
    printing.print_service(figures)
    if json_file is not None:
        printing.write_json(figures, json_file)


@command.command("overload")
@set_option
@click.option("--seconds", default=4.0, show_default=True, help="Of each load.")
@click.option("--rounds", type=AT_LEAST_ONE, default=5, show_default=True, help="Of all loads.")
@json_file_option
@says_errors
def overload(*, golden: Path, seconds: float, rounds: int, json_file: Path | None) -> None:
    """Send four times the searches that can be answered; count what comes through, and for whom."""
    figures = measure_overload(read_golden(golden), seconds=seconds, rounds=rounds)
    printing.print_overload(figures)
    if json_file is not None:
        printing.write_json(figures, json_file)


@command.command("soak")
@click.option("--minutes", default=15.0, show_default=True, help="How long.")
@json_file_option
@says_errors
def soak(*, minutes: float, json_file: Path | None) -> None:
    """Upload, search and delete documents for some minutes, and watch the memory."""
    figures = measure_soak(minutes, err.print)
    printing.print_soak(figures)
    if json_file is not None:
        printing.write_json(figures, json_file)


@command.command("memory")
@click.option("--pages", default="10,1000", show_default=True, help="Document lengths to compare.")
@says_errors
def memory(*, pages: str) -> None:
    """Compare the peak memory of ingesting a short and a long document."""
    costs = [measure_ingest(int(n)) for n in pages.split(",")]
    _print_costs(costs)


@command.command("gpu")
@click.option(
    "--pages", type=AT_LEAST_ONE, default=4096, show_default=True, help="To score, 264 kB each."
)
@click.option("--tokens", type=AT_LEAST_ONE, default=24, show_default=True, help="Of the question.")
@says_errors
def gpu(*, pages: int, tokens: int) -> None:
    """Compare a scan of all pages on a GPU with what its memory allows."""
    _print_scans(list(measure_gpu(n_pages=pages, n_tokens=tokens)))


def _print_scans(costs: list[GpuCost]) -> None:
    table = Table("scorer", "pages", "ms a scan", "ns a page", "share of bandwidth", box=None)
    for cost in costs:
        table.add_row(
            cost.scorer,
            f"{cost.n_pages:,}",
            f"{1000 * cost.scan_s:.2f}",
            f"{cost.ns_per_page:,.0f}",
            f"{cost.bandwidth_share:.0%} of {cost.bytes_per_s / 1e12:.2f} TB/s",
        )
    out.print(table)


def _print_costs(costs: list[IngestCost]) -> None:
    table = Table("pages", "peak MiB", "of the first", "wall s", "CPU s", box=None)
    for cost in costs:
        share = cost.peak_mib / costs[0].peak_mib
        figures = (
            f"{cost.peak_mib:.0f}",
            f"{share:.2f}x",
            f"{cost.wall_s:.1f}",
            f"{cost.cpu_s:.1f}",
        )
        table.add_row(str(cost.n_pages), *figures)
    out.print(table)
