"""`pagesight plan`: what a collection will cost before it is built."""

import click
from rich.table import Table

from api.commands.shared import out, says_errors
from index.encoders.plan import StoragePlan, plan_storage
from index.encoders.shelf import SHIPPED

MIB = 1 << 20


@click.command("plan")
@click.option("--encoder", default=SHIPPED, show_default=True, help="A registered model.")
@click.option("--pages", default=1000, show_default=True, type=click.IntRange(1))
@click.option("--rows", type=click.IntRange(1), help="Rows a page, instead of the usual number.")
@click.option("--dim", type=click.IntRange(1), help="Length of a row, for a model not registered.")
@says_errors
def command(encoder: str, *, pages: int, rows: int | None, dim: int | None) -> None:
    """Print bytes a page, disk and memory; refuse what a vector store cannot hold."""
    plan = plan_storage(encoder, n_pages=pages, rows_per_page=rows, dim=dim)
    _print_plan(encoder, plan)


def _print_plan(encoder: str, plan: StoragePlan) -> None:
    table = Table("", "a page", f"{plan.n_pages} pages", box=None)
    table.add_row("rows", str(plan.rows_per_page), str(plan.rows_per_page * plan.n_pages))
    for name, size in (
        ("vectors on disk", plan.stored_bytes),
        ("pictures and words", plan.blob_bytes),
        ("rows for scoring, on disk", plan.sidecar_bytes),
        ("of these best in memory", plan.memory_bytes),
    ):
        table.add_row(name, f"{size / 1024:.0f} KiB", f"{size * plan.n_pages / MIB:.0f} MiB")
    out.print(f"{encoder}: rows of {plan.dim} values, at most {plan.max_rows} a page", markup=False)
    out.print(table)
