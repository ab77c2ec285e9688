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
from index.records import Float32, Word

TICKED = frozenset("\u2612\u2611\u2714\u2713")
HEADER = 1.0
SHAPE = 1.5
SHORT = 4  # words: an entry this short is marked whole
FAR = 3  # steps that a comma is worth
ASKED_UNIT = 0.5
IN_DIGITS = 0.2
HAS_UNIT = 0.15
GIVEN = 0.6  # share of a cell's words that the question brings: the cell only names the line


def mark(
    asking: Asking, words: Sequence[Word], passage: Passage, likeness: Likeness
) -> tuple[int, ...]:
    """Positions of the words that answer; there is one at least."""
    if passage.frame is not None:
        return passage.words
    if len(passage.cells) > 1:
        return _cell(asking, words, passage.cells, likeness)
    if len(passage.words) <= SHORT:
        return passage.words
    strengths = likeness.strengths_of_each([words[i].text for i in passage.words])
    fresh = [one for one in _stretches(asking, words, passage) if _is_fresh(asking, words, one)]
    if fresh:
        return _nearest(words, passage.words, fresh, strengths)
    if asking.expected == "text":
        return _answering_clause(words, passage.words, strengths)
    return passage.words


def _stretches(asking: Asking, words: Sequence[Word], passage: Passage) -> list[tuple[int, ...]]:
    if asking.wants_reason:
        return list(find_reasons(words, passage.words))
    found = list(find_shapes(asking.expected, words, passage.words))
    if not found and asking.expected in ("money", "percentage"):
        return list(find_shapes("number", words, passage.words))
    return found


def _is_fresh(asking: Asking, words: Sequence[Word], stretch: Sequence[int]) -> bool:
    """It says something that the question does not."""
    said = tokens(spell(words, stretch))
    numbers = [token for token in said if token[0].isdigit()]
    return not asking.tokens.issuperset(numbers or said)


def _nearest(
    words: Sequence[Word],
    members: Sequence[int],
    stretches: Sequence[tuple[int, ...]],
    strengths: Float32,
) -> tuple[int, ...]:
    """The stretch nearest to the question's words; one in digits before one in letters."""
    steps = [1 + FAR * (words[i].text[-1] in ",;:") for i in members]
    along = np.concatenate([[0], np.cumsum(steps[:-1])])

    def worth(stretch: tuple[int, ...]) -> float:
        inside = np.isin(members, stretch)
        far = np.abs(along[:, None] - along[None, inside]).min(axis=1)
        near = (strengths / (2 + far[:, None]))[~inside].max(axis=0, initial=0).sum()
        asked = ASKED_UNIT * strengths[inside].max(initial=0)
        in_digits = any(c.isdigit() for i in stretch for c in words[i].text)
        has_unit = any(c.isalpha() or c == "%" for c in words[stretch[-1]].text)
        return float(near + asked + IN_DIGITS * in_digits + HAS_UNIT * has_unit)

    return max(stretches, key=worth)


def _answering_clause(
    words: Sequence[Word], members: Sequence[int], strengths: Float32
) -> tuple[int, ...]:
    """The one clause without any of the question's words, where all others have some."""
    clauses: list[list[int]] = [[]]
    for n, i in enumerate(members):
        clauses[-1].append(n)
        if words[i].text[-1] in ",;:" and n + 1 < len(members):
            clauses.append([])
    silent = [clause for clause in clauses if not strengths[clause].any()]
    if len(silent) != 1 or len(clauses) < 2:
        return tuple(members)
    return tuple(members[n] for n in silent[0])


def _cell(
    asking: Asking, words: Sequence[Word], cells: Sequence[Cell], likeness: Likeness
) -> tuple[int, ...]:
    texts = [spell(words, cell.words) for cell in cells]
    ticked = [cell.words for cell, text in zip(cells, texts, strict=True) if TICKED & set(text)]
    if ticked:
        return ticked[0]
    given = [_share_asked(asking, text) >= GIVEN for text in texts]
    given[0] = given[0] or (not any(given) and bool(likeness.strengths(texts[0]).any()))
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
    named = [
        likeness.strengths(spell(words, c.words)) for c, g in zip(cells, given, strict=True) if g
    ]
    open_terms = 1 - np.max(named, axis=0) if named else 1.0
    return [
        float((likeness.strengths(spell(words, cell.head)) * open_terms).sum()) for cell in cells
    ]
