"""Fewer rows for a page that has too many: runs of neighbours become their mean."""

import numpy as np

from index.records import Float32


def averaged(vectors: Float32, boxes: Float32, *, max_rows: int) -> tuple[Float32, Float32]:
    """Average runs of neighbouring rows, as long as it takes to have at most `max_rows`.

    Args:
        vectors: `(n_rows, dim)`, unit length.
        boxes: `(n_rows, 4)`.
        max_rows: at least 1.

    Returns:
        Unit rows, each with the box around its run.
    """
    run = -(-len(vectors) // max_rows)
    if run <= 1:
        return vectors, boxes
    starts = np.arange(0, len(vectors), run)
    sums = np.add.reduceat(vectors, starts)
    lefts_and_tops = np.minimum.reduceat(boxes[:, :2], starts)
    rights_and_bottoms = np.maximum.reduceat(boxes[:, 2:], starts)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return sums / norms, np.hstack([lefts_and_tops, rights_and_bottoms])
