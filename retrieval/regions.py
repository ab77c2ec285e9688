"""Which parts of a page made it match: its lines, each scored by MaxSim over its own rows.

A line's score is the MaxSim of the rows whose centres lie on it, as a share of the whole page's.
Lines that score close to the best are reported, neighbours among them joined to one region.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from index.records import Box, Float32, PageWords, Question, Word
from retrieval.hits import Region
from retrieval.maxsim import row_similarities

CLOSE_TO_BEST = 0.7
MAX_REGIONS = 3


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    box: Box
    words: tuple[Word, ...]


def find_regions(
    question: Question, rows: Float32, boxes: Float32, words: PageWords
) -> tuple[Region, ...]:
    """Return the parts of a page that answer to the question, best first.

    Args:
        question: the question.
        rows: `(n_rows, dim)` unit rows of the page.
        boxes: `(n_rows, 4)` where they stand.
        words: the page's words, whose lines bound the regions.
    """
    lines = _lines(words)
    if not lines or not len(rows):
        return ()
    similarities = row_similarities(question, rows)  # (n_tokens, n_rows)
    whole = float(question.weights @ similarities.max(axis=1))
    scores = _line_scores(question, similarities, _owning_lines(boxes, lines), len(lines))
    if whole <= 0 or scores.max() <= 0:
        return ()
    chosen = [
        i for i in np.argsort(-scores, kind="stable") if scores[i] >= CLOSE_TO_BEST * scores.max()
    ]
    return _joined(lines, scores / whole, sorted(chosen[: 2 * MAX_REGIONS]))[:MAX_REGIONS]


def _lines(words: PageWords) -> list[_Line]:
    grouped = groupby(words.words, key=lambda word: word.line)
    return [_line(number, tuple(members)) for number, members in grouped]


def _line(number: int, words: tuple[Word, ...]) -> _Line:
    return _Line(number, union([word.box for word in words]), words)


def union(boxes: list[Box]) -> Box:
    """Return the smallest box around all of `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _owning_lines(boxes: Float32, lines: list[_Line]) -> NDArray[np.intp]:
    """Give each row the line whose box is nearest to the row's centre, `(n_rows,)`."""
    edges = np.array([line.box for line in lines], dtype=np.float32)  # (n_lines, 4)
    x = (boxes[:, :1] + boxes[:, 2:3]) / 2  # (n_rows, 1)
    y = (boxes[:, 1:2] + boxes[:, 3:]) / 2
    outside_x = np.maximum(edges[:, 0] - x, 0) + np.maximum(x - edges[:, 2], 0)
    outside_y = np.maximum(edges[:, 1] - y, 0) + np.maximum(y - edges[:, 3], 0)
    from_middle = np.abs((edges[:, 1] + edges[:, 3]) / 2 - y)
    owner: NDArray[np.intp] = np.argmin(outside_x + 2 * outside_y + 0.01 * from_middle, axis=1)
    return owner


def _line_scores(
    question: Question, similarities: Float32, owner: NDArray[np.intp], n_lines: int
) -> NDArray[np.float64]:
    """Return the MaxSim of each line's own rows, no token below 0; `(n_lines,)`."""
    in_order = np.argsort(owner, kind="stable")
    owners, starts = np.unique(owner[in_order], return_index=True)
    best = np.maximum.reduceat(similarities[:, in_order], starts, axis=1)  # (n_tokens, n_owners)
    scores = np.zeros(n_lines)
    scores[owners] = question.weights @ np.maximum(best, 0)
    return scores


def _joined(
    lines: list[_Line], scores: NDArray[np.float64], chosen: list[int]
) -> tuple[Region, ...]:
    """Join chosen lines that follow one another and stand in one column."""
    groups: list[list[int]] = []
    for i in chosen:
        if groups and i == groups[-1][-1] + 1 and _stand_together(lines[i - 1], lines[i]):
            groups[-1].append(i)
        else:
            groups.append([i])
    regions = [
        _region([lines[i] for i in group], max(scores[i] for i in group)) for group in groups
    ]
    return tuple(sorted(regions, key=lambda region: -region.score))


def _stand_together(above: _Line, below: _Line) -> bool:
    overlap = min(above.box.right, below.box.right) - max(above.box.left, below.box.left)
    height = above.box.bottom - above.box.top
    return overlap > 0 and 0 <= below.box.top - above.box.top < 3 * height


def _region(lines: list[_Line], score: float) -> Region:
    text = "\n".join(" ".join(word.text for word in line.words) for line in lines)
    return Region(union([line.box for line in lines]), float(score), text)
