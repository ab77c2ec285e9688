"""`pagesight eval mteb`: measure the service with tasks of MTEB."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from api.commands.shared import data_option, load_settings, open_desk, out, says_errors, url_option
from api.process import prepare_process
from api.schemas import NewCollection
from eval.adapters.mteb import MtebRetriever
from eval.extra import open_mteb
from index.errors import InvalidRequest, Unavailable

if TYPE_CHECKING:
    from mteb import AbsTask
    from mteb.results import TaskResult

SHOWN = {
    "nDCG@5": "ndcg_at_5",
    "nDCG@10": "ndcg_at_10",
    "recall@5": "recall_at_5",
    "recall@10": "recall_at_10",
}


@click.command("mteb")
@click.argument("tasks", nargs=-1, required=True, metavar="TASK…")
@data_option
@url_option
@click.option("--collection", default="mteb", show_default=True, help="How collections begin.")
@click.option("--language", help="ISO codes of the documents, such as en or fr,en.")
@click.option("--encoder", help="Encoder: a registered model or a folder.")
@click.option("--rows", type=click.Choice(["patch", "text", "fused"]), help="Its rows.")
@click.option("--arms", help="Arms, joined by +.  [default: all]")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    tasks: tuple[str, ...],
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    language: str | None,
    encoder: str | None,
    rows: str | None,
    arms: str | None,
    json_file: Path | None,
) -> None:
    """Measure the service with retrieval tasks of MTEB, such as Vidore3HrRetrieval."""
    settings = load_settings(data)
    prepare_process(settings)
    wanted = NewCollection.model_validate(
        {
            "name": collection,
            "language": language.split(",") if language else None,
            "encoder": encoder,
            "rows": rows,
        }
    )
    chosen = load_tasks(tasks)
    with open_desk(data, url) as desk:
        retriever = MtebRetriever(
            desk,
            settings.data / "eval" / "mteb",
            wanted=wanted,
            arms=arms.split("+") if arms else None,  # type: ignore[arg-type]  # checked by a search
        )
        results = [result for task in chosen for result in measure(retriever, task)]
    print_results(results)
    if json_file is not None:
        write_json(json_file, results)


def load_tasks(names: Sequence[str]) -> list["AbsTask"]:
    """Find tasks by name.

    Raises:
        InvalidRequest: MTEB has no task of that name.
        MissingDependency: the extra that brings MTEB is not installed.
    """
    mteb = open_mteb()

    try:
        return [mteb.get_task(name) for name in names]
    except KeyError as error:
        raise InvalidRequest(
            f"MTEB has no such task: {str(error.args[0]).removeprefix('KeyError: ')}"
        ) from error


def measure(retriever: MtebRetriever, task: "AbsTask") -> list["TaskResult"]:
    """Fetch a task's data and let MTEB measure.

    Raises:
        Unavailable: the data cannot be fetched and are not in the hub's cache.
    """
    mteb = open_mteb()

    try:
        task.load_data()
    except (OSError, ValueError) as error:  # the hub's own errors are among these
        raise Unavailable(
            f"the data of {task.metadata.name} are not at hand ({error}); PAGESIGHT_HUB=true "
            "allows fetching them"
        ) from error
    return list(mteb.evaluate(retriever, task, cache=None).task_results)


def print_results(results: Sequence["TaskResult"]) -> None:
    """Print the figures of each subset, such as a language."""
    table = Table("task", "subset", *SHOWN, box=None)
    for result in results:
        for scores in (one for split in result.scores.values() for one in split):
            figures = (f"{scores[name]:.3f}" for name in SHOWN.values())
            table.add_row(result.task_name, scores["hf_subset"], *figures)
    out.print(table)


def write_json(path: Path, results: Sequence["TaskResult"]) -> None:
    """Write the results as MTEB keeps them, in one list."""
    body = [result.model_dump(mode="json") for result in results]
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")
