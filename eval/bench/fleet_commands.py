"""`pagesight bench shards` and `capacity`: what one shard costs, and what a large fleet takes."""

import click

from api.commands.shared import out, says_errors
from eval.bench.capacity import Costs, Node, PageSizes, Plan, page_sizes, waiting
from eval.bench.capacity_tables import shards_table, sizes_table, totals_table, waiting_table
from eval.bench.pages import Shape
from eval.bench.shards import measure_shards
from index.errors import InvalidRequest

AT_LEAST_ONE = click.IntRange(1)
ENCODER = "vidore/colpali-v1.3"


@click.command("shards")
@click.option("--pages", default="4000,12000,24000", show_default=True, help="Sizes of a shard.")
@click.option("--grid", type=AT_LEAST_ONE, default=4, show_default=True, help="Patches across.")
@click.option("--questions", type=AT_LEAST_ONE, default=24, show_default=True, help="To ask.")
@says_errors
def shards(*, pages: str, grid: int, questions: int) -> None:
    """Time a question to one shard of Qdrant (by Edge), of several sizes; CPU time counts."""
    shape = Shape(grid=grid, n_questions=questions)
    found = [*measure_shards(shape, [int(size) for size in pages.split(",")])]
    for line in shards_table(found):
        out.print(line, markup=False)


@click.command("capacity")
@click.option("--pages", type=AT_LEAST_ONE, default=100_000_000, show_default=True)
@click.option("--encoder", default=ENCODER, show_default=True, help="Of the table of totals.")
@click.option("--shards", "shard_counts", default="128,256,512,1024", show_default=True)
@click.option("--replicas", type=AT_LEAST_ONE, default=2, show_default=True, help="Of a shard.")
@click.option("--depth", type=AT_LEAST_ONE, default=64, show_default=True, help="Pages a shard.")
@click.option("--kernel", is_flag=True, help="Score by the int8 kernel instead of by Qdrant.")
@says_errors
def capacity(
    *,
    pages: int,
    encoder: str,
    shard_counts: str,
    replicas: int,
    depth: int,
    kernel: bool,
) -> None:
    """Print what a large collection takes, and simulate how long its questions wait.

    Pages are of 1,030 rows of 128 values where questions wait. What is measured and what is a law:
    docs/scaling.md.
    """
    sizes = page_sizes()
    plans = [
        Plan(pages, int(count), replicas, depth, by_graph=not kernel)
        for count in shard_counts.split(",")
    ]
    found = [one for plan in plans for one in waiting(Costs(), plan)]
    for table in (
        sizes_table(sizes, Node()),
        totals_table(_named(sizes, encoder), pages, replicas, Node()),
        waiting_table(found),
    ):
        for line in table:
            out.print(line, markup=False)
        out.print()


def _named(sizes: list[PageSizes], encoder: str) -> PageSizes:
    for one in sizes:
        if one.encoder == encoder:
            return one
    known = ", ".join(one.encoder for one in sizes)
    raise InvalidRequest(f"no encoder {encoder!r}; there are {known}")
