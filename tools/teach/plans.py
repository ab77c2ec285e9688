"""Decides what stands on a generated page, from a seed: its figures, their places, its word.

Some combinations of kind and colour, and some kinds of figure one above the other, never occur on a
page of the lessons: they are kept for the examination.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from tools.teach.figures import COLOURS, KINDS

SLOT = 160  # pixels: a page has four slots, two by two
KEPT_THINGS = frozenset(
    {
        ("pie chart", "red"),
        ("bar chart", "blue"),
        ("table", "green"),
        ("stamp", "purple"),
        ("line chart", "orange"),
        ("triangle", "cyan"),
        ("square", "pink"),
    }
)
KEPT_STACKS = frozenset({("bar chart", "table"), ("pie chart", "stamp"), ("line chart", "square")})
WORDS = (  # noqa: SIM905  one word a line would say no more
    "harvest meadow silver window planet guitar bridge castle forest market pepper rocket "
    "saddle temple velvet walnut yellow zipper anchor basket candle dragon engine feather "
    "garden hammer island jacket kitten ladder magnet needle orchid parrot quartz ribbon "
    "spider tunnel umbrella violin"
).split()


class Thing(NamedTuple):
    """A figure as a question names it."""

    kind: str
    colour: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure on a page: what it is, its slot across and down, its edges in pixels."""

    thing: Thing
    slot: tuple[int, int]
    edges: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A page of figures, and one word in a slot of its own."""

    figures: tuple[Placed, ...]
    word: str
    word_slot: tuple[int, int]


def plan_page(dice: Random, *, lesson: bool) -> Plan:
    """Plan a page of one to three figures and a word; `lesson` avoids what is kept."""
    while True:
        slots = [(x, y) for x in range(2) for y in range(2)]
        dice.shuffle(slots)
        n_figures = dice.choice((1, 2, 2, 3))
        figures = tuple(_placed(dice, slot) for slot in slots[:n_figures])
        things = {figure.thing for figure in figures}
        if len(things) == n_figures and not (lesson and _is_kept(figures)):
            return Plan(figures, dice.choice(WORDS), slots[n_figures])


def plan_kept_page(dice: Random) -> Plan:
    """Plan a page with something on it that no lesson shows."""
    while not _is_kept((plan := plan_page(dice, lesson=False)).figures):
        pass
    return plan


def _placed(dice: Random, slot: tuple[int, int]) -> Placed:
    thing = Thing(dice.choice(list(KINDS)), dice.choice(list(COLOURS)))
    width, height = dice.randint(90, 140), dice.randint(90, 140)
    if thing.kind in ("pie chart", "stamp"):
        height = width
    left = slot[0] * SLOT + dice.randint(8, SLOT - 8 - width)
    top = slot[1] * SLOT + dice.randint(8, SLOT - 8 - height)
    return Placed(thing, slot, (left, top, left + width, top + height))


def _is_kept(figures: tuple[Placed, ...]) -> bool:
    stacks = {
        (above.thing.kind, below.thing.kind)
        for above in figures
        for below in figures
        if above.slot[0] == below.slot[0] and above.slot[1] < below.slot[1]
    }
    return bool(stacks & KEPT_STACKS or {tuple(f.thing) for f in figures} & KEPT_THINGS)
