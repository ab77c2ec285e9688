"""`pagesight eval run`: index a data set's documents, ask its questions, and report."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from api.commands.shared import (
    data_option,
    err,
    load_settings,
    open_desk,
    out,
    says_errors,
    url_option,
)
from eval.commands.shared import collection_name, open_data_set, set_argument
from eval.datasets.base import EvalSet
from eval.figures import ALL, Cost, Figure, cost, figures
from eval.keeping import keep_run
from eval.measures import MEASURES
from eval.record import RunRecord
from eval.reports.markdown import markdown_report
from eval.reports.page import html_report
from eval.reports.tables import retrieval_rows
from eval.run import ARM_SETS, Examiner
from index.errors import InvalidRequest

SHOWN = ("nDCG@5", "recall@1", "recall@5", "MRR@10")
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("run")
@set_argument
@data_option
@url_option
@click.option("--collection", help="Where its documents go.  [default: eval-SET]")
@click.option(
    "--arms",
    default=",".join(ARM_SETS),
    show_default=True,
    help="Arms, joined by +, compared by ,; the first is what users get.",
)
@click.option("--answers/--no-answers", default=True, help="Ask for answers, too.")
@click.option("--json", "json_file", type=FILE, help="Write the record of the run.")
@click.option("--html", "html_file", type=FILE, help="Write a page with plots and misses.")
@click.option("--markdown", "markdown_file", type=FILE, help="Write the tables.")
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    data_set: str,
    *,
    language: str | None,
    data: Path | None,
    url: str | None,
    collection: str | None,
    arms: str,
    answers: bool,
    json_file: Path | None,
    html_file: Path | None,
    markdown_file: Path | None,
) -> None:
    """Index the documents of SET, ask its questions, and compare with what would be right.

    SET is a folder with corpus/, queries.jsonl and qrels.tsv; a folder of parquet files as ViDoRe
    and BEIR have them, or its name on the hub (with PAGESIGHT_HUB=true); or the JSON of DocVQA; or
    the questions that a server exports (.jsonl), to ask them of the --collection they are about.

    The run is kept in the data folder, where the server lists it; with --url it is not.
    """
    opened = open_data_set(data_set, data=data, language=language)
    if not (opened.corpus or collection):
        raise InvalidRequest(f"{data_set} has no documents: name theirs with --collection")
    name = collection or collection_name("eval", opened.name)
    with open_desk(data, url) as desk:
        examiner = Examiner(desk, name, arms=arms.split(","), answers=answers)
        record = _examine(examiner, opened)
        print_run(record)
        page = html_report(record, desk)
    if url is None:
        kept = keep_run(load_settings(data).data, record, page)
        err.print(f"kept as evaluation {kept.id}", style="dim")
    if json_file is not None:
        record.write(json_file)
    if html_file is not None:
        html_file.write_text(page, encoding="utf-8")
    if markdown_file is not None:
        markdown_file.write_text(markdown_report(record), encoding="utf-8")


def print_run(record: RunRecord) -> None:
    """Print the figures of a run."""
    for name, code in record.circumstances.failed.items():
        err.print(f"{name} could not be indexed: {code}", style="red", markup=False)
    found = figures(record)
    out.print(_retrieval_table(found, record.arms[0]))
    for one in found:
        if one.questions == ALL and not one.arms:
            out.print(_told(one))
    out.print(_cost_told(cost(record)))


def _examine(examiner: Examiner, data_set: EvalSet) -> RunRecord:
    report = examiner.prepare(data_set)
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("asking", total=len(data_set.questions))
        return examiner.run(data_set, report, lambda: bar.advance(task))


def _retrieval_table(found: Sequence[Figure], lead: str) -> Table:
    """Every set of arms over all questions, the slices with the arms that users get."""
    table = Table(box=None)
    for name in ("questions", "n", "arms", *SHOWN):
        table.add_column(name, no_wrap=True)
    for row in retrieval_rows(found):
        if row.questions == ALL or row.arms == lead:
            values = [f"{one.value:.3f}" for one in row.figures if one.measure in SHOWN]
            table.add_row(row.questions, str(row.n), row.arms, *values)
    return table


def _told(one: Figure) -> str:
    meaning = next(m.meaning for m in MEASURES if m.name == one.measure)
    low, high = one.interval
    return f"{one.measure:18}{one.value:.3f}  [{low:.3f}, {high:.3f}]  n={one.n:<5}{meaning}"


def _cost_told(one: Cost) -> str:
    told = f"search p50 {one.search_ms.p50:.0f} ms, p95 {one.search_ms.p95:.0f} ms; "
    told += f"answer p50 {one.answer_ms.p50:.0f} ms, p95 {one.answer_ms.p95:.0f} ms, "
    told += f"first words {one.first_token_ms.p50:.0f} ms; "
    told += f"tokens in {one.input_tokens:.0f}, out {one.output_tokens:.0f}"
    if one.money is not None:
        told += f", {one.money:.5f} a question"
    if one.bytes_per_page is not None:
        told += f"; {one.bytes_per_page / 1024:.0f} KiB a page"
    return told
