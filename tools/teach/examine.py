"""Examine a taught model on pages that it has never seen.

    python -m tools.teach.examine FOLDER

Of 200 held-out pages one that answers the question must come first, and the best region must
overlap what was asked for. Every second page shows a combination that no lesson has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import get_args

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from eval.metrics.grounding import RegionFigures, region_figures
from index.encoders.base import Encoder
from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.proof import load_probe
from index.records import Box, Question, RowChoice, RowKind, Rows
from retrieval.maxsim import maxsim
from retrieval.patch_regions import find_patch_regions
from tools.teach.lessons import Lesson, draw_lesson
from tools.teach.plans import Plan, plan_kept_page, plan_page
from tools.teach.questions import Asked, answers, ask

SEED, N_PAGES = 99, 200


@dataclass(frozen=True, slots=True)
class Task:
    """A held-out page and a question that it answers.

    Attributes:
        plan: what stands on the page.
        asked: the question.
        lesson: the page as drawn, and where its answer stands.
    """

    plan: Plan
    asked: Asked
    lesson: Lesson


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        form: of the question: `figure`, `pair` or `word`.
        is_first: whether a page that answers it came first.
        region: the best region on its own page, if any.
        box: where its answer stands.
    """

    form: str
    is_first: bool
    region: Box | None
    box: Box


def held_out(n_pages: int = N_PAGES, *, seed: int = SEED) -> list[Task]:
    """Draw pages that no lesson shows, each with a question."""
    dice = Random(seed)
    tasks = []
    for n in range(n_pages):
        plan = plan_page(dice, lesson=False) if n % 2 else plan_kept_page(dice)
        asked = ask(dice, plan)
        tasks.append(Task(plan, asked, draw_lesson(dice, plan, asked)))
    return tasks


def examine(encoder: Encoder, tasks: Sequence[Task]) -> list[Outcome]:
    """Ask every question of all pages."""
    rows = encoder.encode_pages([task.lesson.drawn.content for task in tasks])
    vectors = [page.vectors for page in rows]
    outcomes = []
    for task, own in zip(tasks, rows, strict=True):
        question = encoder.encode_question(task.asked.text)
        first = int(np.argmax(maxsim(question, vectors)))
        found = best_region(question, own, task)
        outcomes.append(
            Outcome(task.asked.form, answers(tasks[first].plan, task.asked), found, task.lesson.box)
        )
    return outcomes


def best_region(question: Question, rows: Rows, task: Task) -> Box | None:
    """Return the best region of a page's patches, if it has one."""
    seen = rows.kinds == RowKind.PATCH
    words = task.lesson.drawn.content.words
    found = find_patch_regions(question, rows.vectors[seen], rows.boxes[seen], words)
    return found[0].box if found else None


def recall_at_1(outcomes: Sequence[Outcome]) -> float:
    """Return the share of questions for which a page that answers them came first."""
    return sum(outcome.is_first for outcome in outcomes) / len(outcomes)


def regions_of(outcomes: Sequence[Outcome]) -> RegionFigures:
    """Return how well the best regions show what was asked for."""
    return region_figures([(outcome.region, [outcome.box]) for outcome in outcomes])


def probe_margin(encoder: Encoder) -> float:
    """Return by how much the probe's right question beats the wrong one, a token."""
    probe = load_probe()
    (page,) = encoder.encode_pages([probe.page])
    right, wrong = (
        float((encoder.encode_question(text).vectors @ page.vectors.T).max(axis=1).mean())
        for text in (probe.right, probe.wrong)
    )
    return right - wrong


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Print how well the model in FOLDER finds held-out pages and places on them."""
    tasks = held_out()
    table = Table("rows", "questions", "n", "recall@1", "region hit", "mean IoU", box=None)
    for choice in get_args(RowChoice):
        encoder = VisualEncoder.open(Source(str(folder)), rows=choice, batch=8, probe=False)
        outcomes = examine(encoder, tasks)
        for form in ("all", "figure", "pair", "word"):
            some = [one for one in outcomes if form in ("all", one.form)]
            table.add_row(choice, form, str(len(some)), *_figures(some, choice))
        click.echo(f"{choice} rows: probe margin {probe_margin(encoder):.3f}, wanted 0.01")
    Console(width=100).print(table)
    n_bytes = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    click.echo(f"{n_bytes / 1e6:.1f} MB of weights")


def _figures(some: Sequence[Outcome], choice: RowChoice) -> tuple[str, ...]:
    recall = f"{recall_at_1(some):.3f}"
    if choice == "text":  # no patches to find regions of
        return recall, "", ""
    figures = regions_of(some)
    return recall, f"{figures.hit_rate:.3f}", f"{figures.mean_iou:.3f}"


if __name__ == "__main__":
    main()
