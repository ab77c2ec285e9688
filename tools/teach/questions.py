"""Questions about generated pages, and which pages answer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tools.teach.plans import Placed, Plan, Thing

SINGLE = ("the {0}", "a {0}", "where is the {0}?", "show the {0}")
PAIR = ("the {0} {1} the {2}", "a {0} {1} a {2}", "where is the {0} {1} the {2}?")
FORMS = ("figure", "figure", "pair", "pair", "pair", "word")
WORD = ("the word {0}", "{0}", "the page that says {0}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a page of figures.

    Attributes:
        text: the question.
        form: `figure`, `pair` or `word`.
        thing: the figure that is asked for; None when a word is.
        relation: how it stands to `other`.
        other: the second figure of a pair.
        word: the word that is asked for.
    """

    text: str
    form: str
    thing: Thing | None = None
    relation: str | None = None
    other: Thing | None = None
    word: str | None = None


def ask(dice: Random, plan: Plan, forms: Sequence[str] = FORMS) -> Asked:
    """Ask for a figure, a figure by its neighbour, or the word of a page.

    Args:
        dice: decide what is asked.
        plan: what stands on the page.
        forms: to choose from; a pair becomes a figure on a page where none has a neighbour.
    """
    form = dice.choice(forms)
    if form == "word":
        return Asked(dice.choice(WORD).format(plan.word), form, word=plan.word)
    placed = dice.choice(plan.figures)
    others = [(f, r) for f in plan.figures if (r := relation(placed, f)) is not None]
    if form == "figure" or not others:
        text = dice.choice(SINGLE).format(_name(placed.thing))
        return Asked(text, "figure", placed.thing)
    other, how = dice.choice(others)
    text = dice.choice(PAIR).format(_name(placed.thing), how, _name(other.thing))
    return Asked(text, form, placed.thing, how, other.thing)


def find(asked: Asked, plan: Plan) -> Placed | None:
    """Return the figure of a page that a question asks for; None where it has none."""
    for placed in plan.figures:
        if placed.thing == asked.thing and _stands(placed, asked, plan):
            return placed
    return None


def answers(plan: Plan, asked: Asked) -> bool:
    """Tell whether a page holds what a question asks for."""
    return plan.word == asked.word if asked.form == "word" else find(asked, plan) is not None


def relation(placed: Placed, other: Placed) -> str | None:
    """Return how a figure stands to another in the same row or column of slots."""
    (x, y), (x2, y2) = placed.slot, other.slot
    if x == x2 and y != y2:
        return "above" if y < y2 else "under"
    return "beside" if y == y2 and x != x2 else None


def _stands(placed: Placed, asked: Asked, plan: Plan) -> bool:
    return asked.other is None or any(
        other.thing == asked.other and relation(placed, other) == asked.relation
        for other in plan.figures
    )


def _name(thing: Thing) -> str:
    return f"{thing.colour} {thing.kind}"
