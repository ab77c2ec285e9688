"""Examine a taught model on pages that it has never seen.

    python -m tools.teach.examine FOLDER

Of 200 held-out pages the one that a question is about must come first; other pages of which it
happens to be true will do too. And the best region must overlap what was asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from eval.regions import RegionFigures, region_figures
from index.encoders.base import PageContent
from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.records import Box, Question, RowChoice, RowKind, Rows
from retrieval.maxsim import maxsim
from retrieval.patch_regions import find_patch_regions
from tools.teach.pages import DrawnPage, draw_page
from tools.teach.questions import Asked, ask

SEED = 99
N_PAGES = 200


class Examined(NamedTuple):
    """What became of one question.

    Attributes:
        kind: of the question.
        is_first: whether a page that it is true of came first.
        region: the best region on its own page, if any.
        box: where its answer is.
    """

    kind: str
    is_first: bool
    region: Box | None
    box: Box


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Print how well the model in FOLDER finds held-out pages and places on them."""
    table = Table("rows", "questions", "n", "recall@1", "region hit", "mean IoU", box=None)
    for choice in get_args(RowChoice):
        examined = examine(VisualEncoder.open(Source(str(folder)), rows=choice), held_out_pages())
        for kind, some in _by_kind(examined):
            table.add_row(choice, kind, str(len(some)), *_figures(some, choice))
    Console(width=100).print(table)
    n_bytes = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    click.echo(f"{n_bytes / 1e6:.1f} MB of weights")


def held_out_pages(n_pages: int = N_PAGES) -> list[tuple[DrawnPage, Asked]]:
    """Draw pages that are never taught, each with a question."""
    rng = np.random.default_rng(SEED)
    chosen: list[tuple[DrawnPage, Asked]] = []
    while len(chosen) < n_pages:
        page = draw_page(rng, held_out=True)
        asked = ask(page, rng)
        if asked is not None:
            chosen.append((page, asked))
    return chosen


def examine(encoder: VisualEncoder, pages: Sequence[tuple[DrawnPage, Asked]]) -> list[Examined]:
    """Ask every question of all pages."""
    rows = encoder.encode_pages([PageContent(page.image, page.words) for page, _ in pages])
    return [
        _examined(encoder.encode_question(asked.text), asked, n, pages, rows)
        for n, (_, asked) in enumerate(pages)
    ]


def recall_at_1(examined: Sequence[Examined]) -> float:
    """Return the share of questions whose page came first."""
    return sum(one.is_first for one in examined) / len(examined)


def regions_of(examined: Sequence[Examined]) -> RegionFigures:
    """Return how well regions show what was asked for."""
    return region_figures([(one.region, [one.box]) for one in examined])


def _examined(
    question: Question,
    asked: Asked,
    own: int,
    pages: Sequence[tuple[DrawnPage, Asked]],
    rows: Sequence[Rows],
) -> Examined:
    first = int(np.argmax(maxsim(question, [page.vectors for page in rows])))
    is_patch = rows[own].kinds == RowKind.PATCH
    found = find_patch_regions(
        question, rows[own].vectors[is_patch], rows[own].boxes[is_patch], pages[own][0].words
    )
    region = found[0].box if found else None
    return Examined(asked.kind, asked.holds(pages[first][0]), region, asked.box)


def _by_kind(examined: Sequence[Examined]) -> Iterable[tuple[str, list[Examined]]]:
    kinds = defaultdict(list)
    for one in examined:
        kinds[one.kind].append(one)
    return [("all", list(examined)), *sorted(kinds.items())]


def _figures(some: Sequence[Examined], choice: RowChoice) -> tuple[str, str, str]:
    recall = f"{recall_at_1(some):.3f}"
    if choice == "text":  # has no patches to find regions of
        return recall, "", ""
    figures = regions_of(some)
    return recall, f"{figures.hit_rate:.3f}", f"{figures.mean_iou:.3f}"


if __name__ == "__main__":
    main()
