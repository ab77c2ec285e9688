"""`pagesight eval`: measure retrieval and answers on documents with questions."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from api.commands.ingest import ingest_files
from api.commands.shared import data_option, err, open_desk, out, says_errors, url_option
from api.schemas import NewCollection
from eval.commands.check import check
from eval.commands.draft import accept, draft
from eval.datasets.golden import read_golden
from eval.run import AnswerFigures, ArmSet, Asked, Slice, answer_figures, ask_all, retrieval_figures

ARM_SETS = "maxsim+bm25,maxsim,bm25"


@click.group("eval")
def command() -> None:
    """Measure retrieval and answers on documents with questions."""


command.add_command(check)
command.add_command(draft)
command.add_command(accept)


@command.command("run")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
@url_option
@click.option("--collection", help="Where its documents go.  [default: eval-FOLDER]")
@click.option(
    "--arms", default=ARM_SETS, show_default=True, help="Arms, joined by +, compared by ,"
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
@says_errors
def run(
    folder: Path,
    *,
    data: Path | None,
    url: str | None,
    collection: str | None,
    arms: str,
    json_file: Path | None,
) -> None:
    """Index FOLDER/corpus, ask FOLDER/queries.jsonl, and compare with FOLDER/qrels.tsv."""
    golden = read_golden(folder)
    arm_sets = [tuple(part.split("+")) for part in arms.split(",")]
    name = collection or f"eval-{golden.name}"
    with open_desk(data, url) as desk:
        ingest_files(desk, NewCollection(name=name), golden.corpus, metadata={})
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task("asking", total=len(golden.questions))
            asked = ask_all(desk, name, golden, arm_sets, lambda: bar.advance(task))
    slices, answers = retrieval_figures(asked, arm_sets), answer_figures(asked)
    _print_slices(slices)
    _print_answers(answers)
    if json_file is not None:
        _write_json(json_file, slices, answers, asked)


def _print_slices(slices: Sequence[Slice]) -> None:
    table = Table("questions", "n", "arms", "recall@1", "recall@5", "nDCG@5", box=None)
    for one in slices:
        figures = (one.recall_at_1, one.recall_at_5, one.ndcg_at_5)
        table.add_row(
            one.name, str(one.n_questions), _told(one.arms), *(f"{value:.3f}" for value in figures)
        )
    out.print(table)


def _print_answers(answers: AnswerFigures) -> None:
    out.print(
        f"answers: {answers.right:.3f} of the answerable hold an accepted answer, "
        f"{answers.wrongly_refused:.3f} were refused; "
        f"{answers.rightly_refused:.3f} of the unanswerable were refused"
    )


def _told(arms: ArmSet) -> str:
    return " + ".join(arms)


def _write_json(
    path: Path, slices: Sequence[Slice], answers: AnswerFigures, asked: Sequence[Asked]
) -> None:
    body = {
        "retrieval": [asdict(one) for one in slices],
        "answers": asdict(answers),
        "questions": [
            {
                "query_id": one.question.id,
                "ranks": {_told(arms): rank for arms, rank in one.ranks.items()},
                "refused": one.refused,
                "right": one.is_right,
            }
            for one in asked
        ],
    }
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")
