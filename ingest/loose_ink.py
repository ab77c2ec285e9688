"""Finds ink that looks like text and that no word of the text layer accounts for."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from index.records import Word
from ingest.agreement import MIN_CONTRAST, Pixels, pixels_of

Value = TypeVar("Value", bound=np.generic)

CELL_PX = 12
MIN_STEP = 48
MIN_STEPS_X = 6
MIN_STEPS_Y = 4
MIN_RUN = 3
MIN_TEXT_CELLS = 48  # about ten words of body text
MIN_INKED_SHARE = 0.1


def grey_without(words: Iterable[Word], image: Pixels) -> Pixels:
    """The `(height, width)` grey image with every word painted over in the grey around it."""
    painted = np.array(Image.fromarray(image).convert("L"))
    for word in words:
        patch = painted[pixels_of(word.box, painted.shape, margin=2)]
        rim = np.concatenate([patch[0], patch[-1], patch[:, 0], patch[:, -1]])
        patch[:] = np.sort(rim)[len(rim) // 2]
    return painted


def is_blank(grey: Pixels) -> bool:
    """Whether nothing stands out anywhere."""
    return not inked_cells(grey).any()


def may_hold_text(grey: Pixels) -> bool:
    """Whether enough of the image looks like lines of text, or is covered by anything at all.

    The second is for large soft titles inside pictures, which look like the pictures around them.
    OCR of a page whose words are painted over costs a tenth of that of a page full of words, so a
    needless look at a photograph is cheap.
    """
    n_text_cells = int(text_cells(grey).sum())
    return n_text_cells >= MIN_TEXT_CELLS or float(inked_cells(grey).mean()) >= MIN_INKED_SHARE


def holds_most_text(rest: Pixels, image: Pixels) -> bool:
    """Whether painting over the known words left at least half of the text there was."""
    return 2 * int(text_cells(rest).sum()) >= int(text_cells(grey_without((), image)).sum())


def inked_cells(grey: Pixels) -> NDArray[np.bool_]:
    """Which cells of `CELL_PX` pixels show contrast."""
    tiles = in_cells(grey)
    is_inked: NDArray[np.bool_] = tiles.max(axis=(1, 3)) - tiles.min(axis=(1, 3)) >= MIN_CONTRAST
    return is_inked


def text_cells(grey: Pixels) -> NDArray[np.bool_]:
    """Which cells of `CELL_PX` pixels look like part of a line of text.

    Text changes often from dark to bright in both directions; rules do so in one, photographs
    seldom so sharply, and neither goes on for the length of a word.
    """
    values = grey.astype(np.int16)
    steps_x = np.abs(np.diff(values, axis=1)) > MIN_STEP
    steps_y = np.abs(np.diff(values, axis=0)) > MIN_STEP
    is_busy = (cell_sums(steps_x[:-1]) >= MIN_STEPS_X) & (cell_sums(steps_y[:, :-1]) >= MIN_STEPS_Y)
    return long_runs(is_busy, MIN_RUN)


def cell_sums(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many pixels are set in each cell."""
    sums: NDArray[np.int64] = in_cells(mask).sum(axis=1, dtype=np.int16).sum(axis=2)
    return sums


def in_cells(image: NDArray[Value]) -> NDArray[Value]:
    """The image cut into whole cells: `(rows, CELL_PX, columns, CELL_PX)`."""
    rows, columns = (n // CELL_PX for n in image.shape)
    cut = image[: rows * CELL_PX, : columns * CELL_PX]
    return cut.reshape(rows, CELL_PX, columns, CELL_PX)


def long_runs(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """The set cells that stand in a horizontal run of at least this length."""
    n_starts = max(mask.shape[1] - length + 1, 0)
    starts = np.ones((mask.shape[0], n_starts), bool)
    for shift in range(length):
        starts &= mask[:, shift : shift + n_starts]
    kept = np.zeros_like(mask)
    for shift in range(length):
        kept[:, shift : shift + n_starts] |= starts
    return kept
