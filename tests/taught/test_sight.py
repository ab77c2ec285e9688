from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.proof import MIN_MARGIN
from index.records import RowChoice, RowKind
from retrieval.heatmap import row_heat
from tools.teach.examine import Outcome, Task, probe_margin, recall_at_1, regions_of
from tools.teach.pages import draw_figures
from tools.teach.plans import KEPT_THINGS, Placed, Plan, Thing
from tools.teach.writing import SIDE

Taught = Callable[[RowChoice], VisualEncoder]
Outcomes = Callable[[RowChoice], list[Outcome]]
pytestmark = pytest.mark.colpali

MAX_MEGABYTES = 8
PIE = Placed(Thing("pie chart", "red"), (0, 1), (25, 190, 135, 300))
SQUARE = Placed(Thing("square", "blue"), (1, 0), (190, 20, 290, 120))
PAGE = Plan((PIE, SQUARE), "harvest", (1, 1))


def of_form(outcomes: Sequence[Outcome], *forms: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.form in forms]


@pytest.mark.parametrize("rows", ["patch", "text", "fused"])
def test_the_model_opens_with_its_proof_and_passes_the_probe(
    taught: Taught, rows: RowChoice
) -> None:
    assert probe_margin(taught(rows)) >= MIN_MARGIN


def test_the_model_is_small_and_says_what_it_is_for() -> None:
    folder = Path(__file__).parent / "checkpoint"

    assert (folder / "model.safetensors").stat().st_size <= MAX_MEGABYTES * 1e6
    assert "not a product encoder" in (folder / "README.md").read_text("utf-8")


def test_a_page_with_the_figure_comes_first_among_two_hundred(outcomes: Outcomes) -> None:
    assert recall_at_1(of_form(outcomes("patch"), "figure")) >= 0.9


def test_fused_rows_bring_a_page_that_answers_first_whatever_is_asked(outcomes: Outcomes) -> None:
    assert len(outcomes("fused")) == 200
    assert recall_at_1(outcomes("fused")) >= 0.9


def test_pages_with_what_no_lesson_showed_are_among_the_two_hundred(tasks: list[Task]) -> None:
    shown = [any(f.thing in KEPT_THINGS for f in task.plan.figures) for task in tasks]

    assert sum(shown) >= 40


def test_regions_show_the_figure_that_was_asked_for(outcomes: Outcomes) -> None:
    assert regions_of(of_form(outcomes("patch"), "figure")).hit_rate >= 0.6


def test_fused_rows_find_a_printed_word(outcomes: Outcomes) -> None:
    assert recall_at_1(of_form(outcomes("fused"), "word")) >= 0.9


def test_text_rows_find_a_printed_word(outcomes: Outcomes) -> None:
    assert recall_at_1(of_form(outcomes("text"), "word")) >= 0.9


def test_the_heat_of_the_red_pie_chart_is_hottest_inside_the_pie(taught: Taught) -> None:
    encoder = taught("patch")
    (rows,) = encoder.encode_pages([draw_figures(PAGE, Random(1)).content])

    heat = row_heat(encoder.encode_question("the red pie chart"), rows.vectors)

    left, top, right, bottom = (edge / SIDE for edge in PIE.edges)
    x, y = (rows.boxes[:, :2] + rows.boxes[:, 2:]).T / 2
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    assert heat[inside].mean() > 2 * heat[~inside].mean()
    assert inside[int(np.argmax(heat))]


def test_a_page_has_the_same_rows_alone_and_in_a_batch(taught: Taught, tasks: list[Task]) -> None:
    pages = [task.lesson.drawn.content for task in tasks[:4]]

    together = taught("patch").encode_pages(pages)
    (alone,) = taught("patch").encode_pages(pages[2:3])

    assert np.allclose(alone.vectors, together[2].vectors, atol=1e-5)


def test_a_page_of_pixels_has_a_row_for_each_of_a_hundred_patches(
    taught: Taught, tasks: list[Task]
) -> None:
    (rows,) = taught("fused").encode_pages([tasks[0].lesson.drawn.content])

    assert int((rows.kinds == RowKind.PATCH).sum()) == 100
    assert int((rows.kinds == RowKind.TEXT).sum()) >= 1
