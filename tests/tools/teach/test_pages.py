from random import Random

import numpy as np
import pytest

from index.encoders.visual.proof import load_probe
from index.records import Box
from tools.teach.figures import COLOURS, KINDS
from tools.teach.lessons import draw_batch
from tools.teach.pages import Drawn, draw_article, draw_figures, draw_report
from tools.teach.plans import Placed, Plan, Thing
from tools.teach.writing import SIDE

EDGES = (20, 30, 130, 140)


def ink_outside(drawn: Drawn, box: Box) -> int:
    """Count the pixels outside a box, two pixels wider, that differ from the page's corner."""
    image = drawn.content.image.astype(int)
    inked = np.abs(image - image[-1, -1]).max(axis=2) > 60
    left, top, right, bottom = (round(edge * SIDE) for edge in box)
    inked[top - 2 : bottom + 3, left - 2 : right + 3] = False
    return int(inked.sum())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_figure_is_drawn_within_its_edges(kind: str, colour: str) -> None:
    plan = Plan((Placed(Thing(kind, colour), (0, 0), EDGES),), "", (1, 1))

    drawn = draw_figures(plan, Random(3))

    x0, y0, x1, y1 = (edge / SIDE for edge in EDGES)
    assert ink_outside(drawn, Box(x0, y0, x1, y1)) == 0


def test_a_word_is_told_with_the_box_of_its_ink() -> None:
    drawn = draw_figures(Plan((), "harvest", (1, 1)), Random(3))

    (word,) = drawn.content.words.words
    assert word.text == "harvest"
    assert ink_outside(drawn, word.box) == 0


def test_a_report_and_an_article_ask_for_what_their_words_say() -> None:
    report, article = draw_report(Random(1)), draw_article(Random(1))

    assert {"thousand", "euros"} <= {word.text for word in report.content.words.words}
    assert report.box.bottom < 0.8
    assert len(article.content.words.words) > 20


def test_no_page_is_too_short_for_its_words() -> None:
    dice = Random(0)
    for drawn in [draw(dice) for draw in (draw_report, draw_article) for _ in range(30)]:
        assert all(min(w.box) >= 0 and max(w.box) <= 1 for w in drawn.content.words.words)


def test_no_lesson_asks_what_the_probe_asks() -> None:
    dice, probe = Random(0), load_probe()
    asked = {lesson.question for _ in range(20) for lesson in draw_batch(dice, 8)}

    assert not asked & {probe.right, probe.wrong}


def test_the_same_seed_draws_the_same_batch() -> None:
    one, other = draw_batch(Random(4), 6), draw_batch(Random(4), 6)

    assert [lesson.question for lesson in one] == [lesson.question for lesson in other]
    for lesson, same in zip(one, other, strict=True):
        assert np.array_equal(lesson.drawn.content.image, same.drawn.content.image)
