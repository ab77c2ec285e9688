"""Pooled rows: the mean of the rows that stand in the same cell of the page.

A page's many rows become few that still know their place, whatever model they are from, for a first
look at every page. Patches and words are pooled apart, as they are not alike.
"""

import numpy as np

from index.records import Float32, Rows

ACROSS, DOWN = 8, 16  # cells of the page: 2 x 4 patches of a 32 x 32 grid fall into each


def pooled(rows: Rows, *, across: int = ACROSS, down: int = DOWN) -> Float32:
    """Return one unit row for each cell and kind that holds rows, `(n_cells, dim)`.

    Rows that cancel each other out leave none.

    Args:
        rows: of one page.
        across: cells from left to right.
        down: cells from top to bottom.
    """
    if not len(rows):
        return rows.vectors
    centres = (rows.boxes[:, :2] + rows.boxes[:, 2:]) / 2  # (n_rows, 2)
    cells = np.minimum((centres * (across, down)).astype(int), (across - 1, down - 1))
    named = (rows.kinds.astype(int) * down + cells[:, 1]) * across + cells[:, 0]
    _, cell = np.unique(named, return_inverse=True)  # (n_rows,)
    order = np.argsort(cell, kind="stable")
    first = np.flatnonzero(np.diff(cell[order], prepend=-1))
    sums = np.add.reduceat(rows.vectors[order], first, axis=0)  # (n_cells, dim)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    kept = lengths[:, 0] > 1e-6
    return np.asarray(sums[kept] / lengths[kept], np.float32)
