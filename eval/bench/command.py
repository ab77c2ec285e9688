"""`pagesight bench`: measure what the service costs on this machine."""

import click
from rich.table import Table

from api.commands.shared import out, says_errors
from eval.bench.gpu import GpuCost, measure_gpu
from eval.bench.memory import IngestCost, measure_ingest


@click.group("bench")
def command() -> None:
    """Measure what the service costs on this machine."""


@command.command("memory")
@click.option("--pages", default="10,1000", show_default=True, help="Document lengths to compare.")
@says_errors
def memory(*, pages: str) -> None:
    """Compare the peak memory of ingesting a short and a long document."""
    costs = [measure_ingest(int(n)) for n in pages.split(",")]
    _print_costs(costs)


@command.command("gpu")
@click.option("--pages", default=4096, show_default=True, help="Pages to score, 264 kB each.")
@says_errors
def gpu(*, pages: int) -> None:
    """Compare a scan of all pages on a GPU with what its memory allows."""
    _print_scan(measure_gpu(n_pages=pages))


def _print_scan(cost: GpuCost) -> None:
    table = Table("kernel", "pages", "ms a scan", "ns a page", "share of bandwidth", box=None)
    table.add_row(
        cost.kernel,
        str(cost.n_pages),
        f"{1000 * cost.scan_s:.2f}",
        f"{cost.ns_per_page:.0f}",
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
