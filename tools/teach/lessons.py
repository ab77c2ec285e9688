"""Batches to learn from: pages and questions of which no page answers another one's question."""

from dataclasses import dataclass
from random import Random

from index.records import Box
from tools.teach.pages import Drawn, draw_article, draw_figures, draw_report
from tools.teach.plans import Plan, plan_page
from tools.teach.questions import Asked, answers, ask, find
from tools.teach.writing import SIDE

FORMS = ("figure", *["pair"] * 9, "word")
PASSED_OVER = 0.7  # share of the single figures


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page, a question that it answers, and where on the page.

    Attributes:
        drawn: the page.
        question: that it answers.
        box: of what is asked for.
        reads: whether the answer stands in the page's words.
    """

    drawn: Drawn
    question: str
    box: Box
    reads: bool


def draw_batch(dice: Random, size: int) -> list[Lesson]:
    """Draw a batch of lessons: one report, one article, and pages of figures."""
    others = [draw_report(dice), draw_article(dice)]
    lessons = [Lesson(drawn, drawn.question, drawn.box, reads=True) for drawn in others]
    taken: list[tuple[Plan, Asked]] = []
    while len(taken) < size - len(others):
        plan = plan_page(dice, lesson=True)
        asked = ask(dice, plan, FORMS)
        if asked.form == "figure" and dice.random() < PASSED_OVER:
            continue  # single figures are learned soon; neighbours need more lessons
        if not any(answers(plan, q) or answers(p, asked) or p.word == plan.word for p, q in taken):
            taken.append((plan, asked))
    return lessons + [draw_lesson(dice, plan, asked) for plan, asked in taken]


def draw_lesson(dice: Random, plan: Plan, asked: Asked) -> Lesson:
    """Draw a planned page with its question."""
    drawn = draw_figures(plan, dice)
    found = find(asked, plan)
    if found is None:
        return Lesson(drawn, asked.text, drawn.content.words.words[0].box, reads=True)
    left, top, right, bottom = (edge / SIDE for edge in found.edges)
    return Lesson(drawn, asked.text, Box(left, top, right, bottom), reads=False)
