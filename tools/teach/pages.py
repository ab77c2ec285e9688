"""Draws pages: of figures, reports with labelled bars, and articles of plain text."""

from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from index.encoders.base import PageContent
from index.records import Box, PageWords
from tools.teach.figures import COLOURS, KINDS
from tools.teach.plans import SLOT, Plan
from tools.teach.writing import FONTS, SIDE, Line, write

MEASURES = ("revenue", "profit", "income", "sales", "cost", "output")
PLACES = ("north", "south", "east", "west", "northern", "southern", "eastern", "western")
UNITS = ("region", "office", "branch", "district")
SUBJECTS = ("planet", "comet", "plant", "bird", "metal", "river", "composer", "molecule", "cell")
VERBS = ("circles", "carries", "feeds", "crosses", "melts", "copies", "sings", "splits", "joins")
OBJECTS = ("star", "strand", "seed", "valley", "chain", "membrane", "melody", "acid", "ring")

WHOLE = Box(0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as drawn.

    Attributes:
        content: its pixels, `(320, 320, 3)`, and its words.
        question: that it answers, where it is no page of figures.
        box: of what that question asks for.
    """

    content: PageContent
    question: str = ""
    box: Box = WHOLE


def draw_figures(plan: Plan, dice: Random) -> Drawn:
    """Draw a planned page; how its figures look in detail comes from the dice."""
    page = Image.new("RGB", (SIDE, SIDE), dice.choice(("white", "#fafafa", "#fffdf5")))
    pen = ImageDraw.Draw(page)
    for placed in plan.figures:
        colour = dice.choice(COLOURS[placed.thing.colour])
        KINDS[placed.thing.kind](pen, placed.edges, colour, dice)
    left, top = (slot * SLOT for slot in plan.word_slot)
    place = left + dice.randint(6, 24), top + dice.randint(10, 110)
    line = Line(*place, plan.word, dice.choice(FONTS), dice.randint(20, 26))
    return Drawn(_content(page, write(pen, [line])))


def draw_report(dice: Random) -> Drawn:
    """Draw a page with a title, labelled bars and the sentence that they prove."""
    page = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(page)
    measure, year, unit = dice.choice(MEASURES), dice.randint(1990, 2030), dice.choice(UNITS)
    place, font = dice.choice(PLACES), dice.choice(FONTS[:4])
    top = dice.randint(90, 120)
    lines = [
        Line(30, 18, dice.choice(("Yearly", "Company", "Trade")) + f" summary {year}", font, 17),
        Line(30, 42, f"{measure.title()} by {unit}, in thousand euros", font, 11),
        Line(30, 250, f"The {place} {unit} had the highest {measure}", font, 10),
        Line(30, 266, f"of all in the year {year}.", font, 10),
    ]
    for n, name in enumerate(dice.sample(PLACES[:4], 3)):
        value = dice.randint(12, 60)
        left, height = 50 + 78 * n, value * (210 - top) / 60
        fill = dice.choice(dice.choice(list(COLOURS.values())))
        pen.rectangle((left, 215 - height, left + 46, 215), fill=fill)
        lines += [Line(left + 14, int(200 - height), str(value), font, 11)]
        lines += [Line(left + 8, 220, name.title(), font, 11)]
    pen.line((40, 215, 280, 215), fill="black")
    asked = dice.choice(
        (
            f"What {measure} did the {place} {unit} have in {year}?",
            f"How high was the {measure} of the {place} {unit} in {year}?",
            f"the {measure} by {unit} in {year}",
        )
    )
    box = Box(40 / SIDE, (top - 10) / SIDE, 280 / SIDE, 232 / SIDE)
    return Drawn(_content(page, write(pen, lines)), asked, box)


def draw_article(dice: Random) -> Drawn:
    """Draw a page of plain text."""
    page = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(page)
    subject, verb, thing = dice.choice(SUBJECTS), dice.choice(VERBS), dice.choice(OBJECTS)
    font, n_lines = dice.choice(FONTS), dice.randint(6, 10)
    texts = [f"The {subject} {verb} the {thing}."]
    texts += [
        f"A {dice.choice(SUBJECTS)} {dice.choice(VERBS)} some {dice.choice(OBJECTS)},"
        for _ in range(n_lines - 1)
    ]
    lines = [Line(30, 20, f"On the {subject}", font, 18)]
    lines += [Line(30, 56 + 24 * n, text, font, 11) for n, text in enumerate(texts)]
    asked = dice.choice(
        (f"Which {subject} {verb} the {thing}?", f"How does a {subject} find its {thing}?")
    )
    box = Box(30 / SIDE, 20 / SIDE, 280 / SIDE, (56 + 24 * n_lines) / SIDE)
    return Drawn(_content(page, write(pen, lines)), asked, box)


def _content(page: Image.Image, words: PageWords) -> PageContent:
    return PageContent(np.asarray(page), words)
