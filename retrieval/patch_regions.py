"""Which parts of a page made it match, where its rows are patches of pixels.

Hot patches that touch are one region, snapped to the words whose middles it covers. The coarse
patches of a whole-page view are left out: they touch everything.
"""

import numpy as np
from numpy.typing import NDArray

from index.records import Box, Float32, PageWords, Question, Word
from retrieval.heatmap import row_heat
from retrieval.hits import Region
from retrieval.maxsim import row_similarities
from retrieval.regions import MAX_REGIONS, union

HOT = 0.6
COARSE = 2.5  # times the median area of a patch
GAP = 1e-3


def find_patch_regions(
    question: Question, rows: Float32, boxes: Float32, words: PageWords
) -> tuple[Region, ...]:
    """Return the parts of a page that answer to the question, best first.

    Args:
        question: the question.
        rows: `(n_rows, dim)` unit patch rows of the page.
        boxes: `(n_rows, 4)` the patches.
        words: the page's words; a page may have none.
    """
    if not len(rows):
        return ()
    best = np.maximum(row_similarities(question, rows), 0) * question.weights[:, None]
    whole = float(best.max(axis=1).sum())
    hot = np.flatnonzero((row_heat(question, rows) >= HOT) & _is_fine(boxes))
    if whole <= 0 or not len(hot):
        return ()
    groups = [hot[group] for group in _touching(boxes[hot])]
    found = [
        _region(boxes[group], float(best[:, group].max(axis=1).sum()) / whole, words)
        for group in groups
    ]
    return tuple(sorted(found, key=lambda region: -region.score)[:MAX_REGIONS])


def _is_fine(boxes: Float32) -> NDArray[np.bool_]:
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    fine: NDArray[np.bool_] = areas <= COARSE * np.median(areas)
    return fine


def _touching(boxes: Float32) -> list[NDArray[np.intp]]:
    """Return the places of boxes that overlap or share an edge, a group each."""
    # Only patches ask for it, and it takes a while to import.
    from scipy.sparse import csr_array  # type: ignore[import-untyped]  # noqa: PLC0415
    from scipy.sparse.csgraph import (  # type: ignore[import-untyped]  # noqa: PLC0415
        connected_components,
    )

    left, top, right, bottom = (boxes[:, [n]] for n in range(4))
    across = (left <= right.T + GAP) & (right + GAP >= left.T)
    along = (top <= bottom.T + GAP) & (bottom + GAP >= top.T)
    n_groups, labels = connected_components(csr_array(across & along), directed=False)
    return [np.flatnonzero(labels == n) for n in range(n_groups)]


def _region(boxes: Float32, score: float, words: PageWords) -> Region:
    patches = union([Box(*edges) for edges in boxes.tolist()])
    covered = [word for word in words.words if _holds_middle(patches, word)]
    box = union([patches, *(word.box for word in covered)])
    return Region(box, score, " ".join(word.text for word in covered))


def _holds_middle(box: Box, word: Word) -> bool:
    x, y = (word.box.left + word.box.right) / 2, (word.box.top + word.box.bottom) / 2
    return box.left <= x <= box.right and box.top <= y <= box.bottom
