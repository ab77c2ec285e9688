"""`pagesight bench`: measure what the service costs on this machine."""

import click
from rich.table import Table

from api.commands.shared import out, says_errors
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
