"""Which parts of a page made it match: its lines, each scored by MaxSim over its own rows.

A line's score is the MaxSim of the rows whose centres lie on it, as a share of the whole page's.
Lines that score close to the best are reported, neighbours among them joined to one region.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.records import Box, Float32, PageWords, Question, Word
from retrieval.hits import Region
from retrieval.maxsim import row_similarities

CLOSE_TO_BEST = 0.7
MAX_REGIONS = 3


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a page, in reading order.

    Attributes:
        words: of the page.
        starts: `(n_lines,)` the first word of each line.
        boxes: `(n_lines, 4)` around each line's words.
    """

    words: tuple[Word, ...]
    starts: NDArray[np.intp]
    boxes: NDArray[np.float64]

    @classmethod
    def of(cls, page: PageWords) -> "_Lines":
        words = page.words
        numbers = np.array([word.line for word in words], np.int64)
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        edges = np.array([word.box for word in words], np.float64).reshape(-1, 4)
        least = np.minimum.reduceat(edges[:, :2], starts)
        most = np.maximum.reduceat(edges[:, 2:], starts)
        return cls(words, starts, np.hstack([least, most]))

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, n: int) -> str:
        """Return the words of a line."""
        end = self.starts[n + 1] if n + 1 < len(self) else None
        return " ".join(word.text for word in self.words[self.starts[n] : end])


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
    if not words.words or not len(rows):
        return ()
    lines = _Lines.of(words)
    similarities = row_similarities(question, rows)  # (n_tokens, n_rows)
    whole = float(question.weights @ similarities.max(axis=1))
    scores = _line_scores(question, similarities, _owning_lines(boxes, lines.boxes), len(lines))
    if whole <= 0 or scores.max() <= 0:
        return ()
    chosen = [
        i for i in np.argsort(-scores, kind="stable") if scores[i] >= CLOSE_TO_BEST * scores.max()
    ]
    return _joined(lines, scores / whole, sorted(chosen[: 2 * MAX_REGIONS]))[:MAX_REGIONS]


def union(boxes: list[Box]) -> Box:
    """Return the smallest box around all of `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _owning_lines(boxes: Float32, lines: NDArray[np.float64]) -> NDArray[np.intp]:
    """Give each row the line whose box is nearest to the row's centre, `(n_rows,)`."""
    edges = lines.astype(np.float32)  # (n_lines, 4)
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


def _joined(lines: _Lines, scores: NDArray[np.float64], chosen: list[int]) -> tuple[Region, ...]:
    """Join chosen lines that follow one another and stand in one column."""
    groups: list[list[int]] = []
    for i in chosen:
        follows = bool(groups) and i == groups[-1][-1] + 1
        if follows and _stand_together(lines.boxes[i - 1], lines.boxes[i]):
            groups[-1].append(i)
        else:
            groups.append([i])
    regions = [_region(lines, group, float(scores[group].max())) for group in groups]
    return tuple(sorted(regions, key=lambda region: -region.score))


def _stand_together(above: NDArray[np.float64], below: NDArray[np.float64]) -> bool:
    overlap = min(above[2], below[2]) - max(above[0], below[0])
    height = above[3] - above[1]
    return bool(overlap > 0 and 0 <= below[1] - above[1] < 3 * height)


def _region(lines: _Lines, group: list[int], score: float) -> Region:
    boxes = [Box(*edges) for edges in lines.boxes[group].tolist()]
    return Region(union(boxes), score, "\n".join(lines.text(i) for i in group))
