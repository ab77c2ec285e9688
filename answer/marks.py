"""The words of a passage that answer: what a reader would mark.

In a table line it is the cell under the header that the question names, in a sentence the amount,
date, name or reason that it asks for and does not bring itself, nearest to the words that it does
bring. Where nothing of the kind stands, it is the whole passage.
"""

from collections.abc import Sequence

import numpy as np

from answer.asking import Asking
from answer.layout import spell
from answer.likeness import Likeness
from answer.passages import Passage
from answer.shapes import find_reasons, find_shapes
from answer.tables import Cell
from answer.terms import tokens
from index.records import Word

TICKED = frozenset("\u2612\u2611\u2714\u2713")
UNTICKED = frozenset("\u2610\u25a1")
HEADER = 1.0
SHAPE = 1.5
GIVEN = 0.6  # share of a cell's words that the question brings: the cell only names the line


def mark(asking: Asking, words: Sequence[Word], passage: Passage, likeness: Likeness) -> tuple[int, ...]:
    """Positions of the words that answer; there is one at least."""
    if passage.frame is not None:
        return passage.words
    if len(passage.cells) > 1:
        return _cell(asking, words, passage.cells, likeness)
    found = list(_stretches(asking, words, passage))
    fresh = [one for one in found if _is_fresh(asking, words, one)]
    if not fresh:
        return passage.words
    near = _nearness(words, passage.words, likeness)
    return max(fresh, key=lambda one: max(near[passage.words.index(i)] for i in one))


def _stretches(asking: Asking, words: Sequence[Word], passage: Passage) -> list[tuple[int, ...]]:
    if asking.wants_reason:
        return list(find_reasons(words, passage.words))
    return list(find_shapes(asking.expected, words, passage.words))


def _is_fresh(asking: Asking, words: Sequence[Word], stretch: Sequence[int]) -> bool:
    """It says something that the question does not."""
    said = tokens(spell(words, stretch))
    numbers = [token for token in said if token[0].isdigit()]
    return not asking.tokens.issuperset(numbers or said)


def _nearness(words: Sequence[Word], members: Sequence[int], likeness: Likeness) -> np.ndarray:
    """`(n_members,)`: how near each word is to the question's words."""
    strengths = likeness.strengths_of_each([words[i].text for i in members])
    places = np.arange(len(members))
    far = np.abs(places[:, None] - places[None, :])
    return np.asarray((strengths[None, :, :] / (2 + far[:, :, None])).max(axis=1).sum(axis=1))


def _cell(asking: Asking, words: Sequence[Word], cells: Sequence[Cell], likeness: Likeness) -> tuple[int, ...]:
    texts = [spell(words, cell.words) for cell in cells]
    ticked = [cell.words for cell, text in zip(cells, texts, strict=True) if TICKED & set(text)]
    if ticked:
        return ticked[0]
    given = [_share_asked(asking, text) >= GIVEN for text in texts]
    heads = _header_scores(words, cells, given, likeness)
    scores = [
        -1.0 if is_given or not tokens(text) else HEADER * head + SHAPE * _fits(asking, text)
        for text, is_given, head in zip(texts, given, heads, strict=True)
    ]
    if max(scores) < 0:
        return tuple(i for cell in cells for i in cell.words)
    after = next((n for n, is_given in enumerate(given) if is_given), -1)
    best = max(range(len(cells)), key=lambda n: (round(scores[n], 3), n > after, -n))
    return cells[best].words


def _share_asked(asking: Asking, text: str) -> float:
    said = tokens(text)
    return sum(token in asking.tokens for token in said) / len(said) if said else 0.0


def _fits(asking: Asking, text: str) -> bool:
    return asking.expected != "text" and asking.is_met_by(text)


def _header_scores(
    words: Sequence[Word], cells: Sequence[Cell], given: Sequence[bool], likeness: Likeness
) -> list[float]:
    """How many of the question's words each cell's header has, but those that name the line."""
    named = [likeness.strengths(spell(words, c.words)) for c, g in zip(cells, given, strict=True) if g]
    open_terms = 1 - np.max(named, axis=0) if named else 1.0
    return [float((likeness.strengths(spell(words, cell.head)) * open_terms).sum()) for cell in cells]
