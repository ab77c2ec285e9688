"""Finds ink that looks like text and that no word of the text layer accounts for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.records import Word
from ingest.agreement import Pixels, pixel_columns, pixel_rows

CELL_PX = 12
MIN_STEP = 48
MIN_STEPS_X = 6
MIN_STEPS_Y = 4
MIN_RUN = 3
MIN_CELLS = 24


def has_loose_text(image: Pixels, words: Sequence[Word]) -> bool:
    """Whether lines of text stand outside of the words' boxes."""
    return n_text_cells(without_words(image, words)) >= MIN_CELLS


def without_words(image: Pixels, words: Sequence[Word]) -> Pixels:
    """The image with every word painted over in the colour around it."""
    if not words:
        return image
    height, width = image.shape[:2]
    painted = image.copy()
    for word in words:
        rows, columns = pixel_rows(word.box, height), pixel_columns(word.box, width)
        rows = slice(max(rows.start - 2, 0), rows.stop + 2)
        columns = slice(max(columns.start - 2, 0), columns.stop + 2)
        patch = image[rows, columns]
        edge = np.concatenate([patch[0], patch[-1], patch[:, 0], patch[:, -1]])
        painted[rows, columns] = np.median(edge, axis=0).astype(np.uint8)
    return painted


def n_text_cells(image: Pixels) -> int:
    """Cells of the page that look like part of a line of text."""
    red, green, blue = (image[..., channel].astype(np.int16) for channel in range(3))
    grey = (red + 2 * green + blue) // 4
    steps_x = np.abs(np.diff(grey, axis=1)) > MIN_STEP
    steps_y = np.abs(np.diff(grey, axis=0)) > MIN_STEP
    busy = (cell_sums(steps_x[:-1]) >= MIN_STEPS_X) & (cell_sums(steps_y[:, :-1]) >= MIN_STEPS_Y)
    return int(runs(busy, MIN_RUN).sum())


def cell_sums(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many pixels are set in each cell."""
    rows, columns = (n // CELL_PX for n in mask.shape)
    cut = mask[: rows * CELL_PX, : columns * CELL_PX]
    sums: NDArray[np.int64] = cut.reshape(rows, CELL_PX, columns, CELL_PX).sum(axis=(1, 3))
    return sums


def runs(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """The set cells that have set neighbours left and right to at least this length."""
    starts = np.ones((mask.shape[0], max(mask.shape[1] - length + 1, 0)), bool)
    for shift in range(length):
        starts &= mask[:, shift : shift + starts.shape[1]]
    kept = np.zeros_like(mask)
    for shift in range(length):
        kept[:, shift : shift + starts.shape[1]] |= starts
    return kept
