"""What can be asked about drawn pages, and which pages a question is true of."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from index.records import Box
from tools.teach.pages import YEARS, DrawnPage, Figure

FRAMES = ("the {}", "a {}", "show me the {}", "where is the {}?", "which page has a {}?")
WORD_FRAMES = ("the word {}", "{}", "a page about {}", "where does it say {}?")
YEAR_FRAMES = ("what was the {} in {}?", "{} {}", "the {} of {}", "the {} for the year {}")
APART = 0.04  # of the page, between things that are said to be beside each other


class Asked(NamedTuple):
    """A question about a page.

    Attributes:
        text: the question.
        box: where its answer is; of several things the one that is asked for.
        holds: tells whether it is true of a page.
        kind: `figure`, `figures`, `relation`, `word` or `year`.
    """

    text: str
    box: Box
    holds: Callable[[DrawnPage], bool]
    kind: str


def ask(page: DrawnPage, rng: np.random.Generator, *, only_words: bool = False) -> Asked | None:
    """Ask something that the page answers; None where there is nothing to ask."""
    about_words = [_about_word, _about_year]
    ways = about_words if only_words else [*ABOUT_FIGURES, *about_words]
    tried = (ways[n](page, rng) for n in rng.permutation(len(ways)))
    return next((asked for asked in tried if asked is not None), None)


def _about_figure(page: DrawnPage, rng: np.random.Generator) -> Asked | None:
    if not page.figures:
        return None
    figure = page.figures[rng.integers(len(page.figures))]
    text = _framed(FRAMES, _called(figure), rng)
    return Asked(text, figure.box, lambda other: _has(other, figure), "figure")


def _about_figures(page: DrawnPage, rng: np.random.Generator) -> Asked | None:
    if len(page.figures) < 2:
        return None
    places = rng.permutation(len(page.figures))
    one, two = page.figures[places[0]], page.figures[places[1]]
    text = _framed(FRAMES, f"{_called(one)} and the {_called(two)}", rng)
    return Asked(text, one.box, lambda other: _has(other, one) and _has(other, two), "figures")


def _about_place(page: DrawnPage, rng: np.random.Generator) -> Asked | None:
    if len(page.figures) < 2:
        return None
    places = rng.permutation(len(page.figures))
    one, two = page.figures[places[0]], page.figures[places[1]]
    told = [name for name, holds in RELATIONS.items() if holds(one.box, two.box)]
    if not told:
        return None
    name = told[rng.integers(len(told))]
    text = _framed(FRAMES, f"{_called(one)} {name} the {_called(two)}", rng)
    return Asked(text, one.box, lambda other: _stands(other, one, name, two), "relation")


def _about_word(page: DrawnPage, rng: np.random.Generator) -> Asked | None:
    words = page.words.words
    if not words:
        return None
    word = words[rng.integers(len(words))]
    text = _framed(WORD_FRAMES, word.text.lower(), rng)
    return Asked(text, word.box, lambda other: word.text.lower() in _texts(other), "word")


def _about_year(page: DrawnPage, rng: np.random.Generator) -> Asked | None:
    years = [word for word in page.words.words if word.text in YEARS]
    others = [word for word in page.words.words if word.text not in YEARS]
    if not years or not others:
        return None
    year, word = years[0], others[rng.integers(len(others))]
    frame = YEAR_FRAMES[rng.integers(len(YEAR_FRAMES))]
    wanted = {year.text, word.text.lower()}
    text = frame.format(word.text.lower(), year.text)
    return Asked(text, word.box, lambda other: wanted <= _texts(other), "year")


ABOUT_FIGURES = (_about_figure, _about_figures, _about_figures, _about_place)
RELATIONS: dict[str, Callable[[Box, Box], bool]] = {
    "above": lambda one, two: one.bottom + APART < two.top,
    "under": lambda one, two: two.bottom + APART < one.top,
    "left of": lambda one, two: one.right + APART < two.left,
    "right of": lambda one, two: two.right + APART < one.left,
}


def _framed(frames: Sequence[str], called: str, rng: np.random.Generator) -> str:
    return frames[int(rng.integers(len(frames)))].format(called)


def _called(figure: Figure) -> str:
    return f"{figure.colour} {figure.kind}"


def _alike(page: DrawnPage, figure: Figure) -> list[Figure]:
    return [one for one in page.figures if one[:2] == figure[:2]]


def _has(page: DrawnPage, figure: Figure) -> bool:
    return bool(_alike(page, figure))


def _stands(page: DrawnPage, one: Figure, relation: str, two: Figure) -> bool:
    return any(
        RELATIONS[relation](first.box, second.box)
        for first in _alike(page, one)
        for second in _alike(page, two)
    )


def _texts(page: DrawnPage) -> set[str]:
    return {word.text.lower() for word in page.words.words}
