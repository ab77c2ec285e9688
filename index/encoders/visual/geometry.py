"""Where a page's patch rows stand: boxes in fractions of the page, in the order of the rows.

Every processor scales the whole page, without margins, onto a grid of cells (its aspect may
suffer), so a cell's place in the grid is its place on the page.
"""

import math
from typing import NamedTuple

import numpy as np

from index.errors import PageTooLarge
from index.records import Float32

QWEN_MAX_ASPECT = 200  # its processor refuses longer pages
TILES_MAX_EDGE = 4096  # Idefics3 never scales a page above this


class Grid(NamedTuple):
    """Cells across and down."""

    across: int
    down: int


class Tiles(NamedTuple):
    """How an Idefics3 processor cuts pages.

    Attributes:
        longest_edge: pixels that the page's longer edge is scaled to; None leaves it as it is.
        edge: pixels of a square tile.
        side: rows along a tile's edge.
        split: whether pages are cut at all.
    """

    longest_edge: int | None
    edge: int
    side: int
    split: bool = True


def grid_boxes(grid: Grid) -> Float32:
    """Return the boxes of a grid over the page, line by line, `(across * down, 4)`."""
    lefts, tops = np.meshgrid(np.arange(grid.across), np.arange(grid.down))
    return _cells(lefts.ravel(), tops.ravel(), grid)


def merged_grid(width: int, height: int, *, cell: int, min_pixels: int, max_pixels: int) -> Grid:
    """Return the grid of a Qwen processor: cells of `cell` pixels within a budget of pixels.

    The page is scaled to whole cells: Qwen2-VL's `smart_resize`, followed step by step, because
    its rounding decides how many rows there are.

    Raises:
        PageTooLarge: the page is too long for its width, or too wide for its height.
    """
    longer, shorter = max(width, height), min(width, height)
    if longer / shorter > QWEN_MAX_ASPECT:
        raise PageTooLarge(
            f"a page of {width} x {height} pixels is too narrow for this encoder, "
            f"which reads at most {QWEN_MAX_ASPECT} : 1; cut it into several pages"
        )
    across, down = round(width / cell), round(height / cell)
    if across * down * cell * cell > max_pixels:
        scale = math.sqrt(width * height / max_pixels)
        across = max(1, math.floor(width / scale / cell))
        down = max(1, math.floor(height / scale / cell))
    elif across * down * cell * cell < min_pixels:
        scale = math.sqrt(min_pixels / (width * height))
        across = math.ceil(width * scale / cell)
        down = math.ceil(height * scale / cell)
    return Grid(across, down)


def tile_grid(width: int, height: int, tiles: Tiles) -> Grid:
    """Return how many tiles an Idefics3 processor cuts a page into; (0, 0) leaves it whole."""
    if not tiles.split:
        return Grid(0, 0)
    if tiles.longest_edge is not None:
        width, height = _scaled(width, height, tiles.longest_edge)
    if width >= height:
        across = math.ceil(width / tiles.edge)
        down = math.ceil(int(across * tiles.edge / (width / height)) / tiles.edge)
    else:
        down = math.ceil(height / tiles.edge)
        across = math.ceil(int(down * tiles.edge * (width / height)) / tiles.edge)
    return Grid(across, down) if max(across, down) > 1 else Grid(0, 0)


def tiled_boxes(grid: Grid, side: int) -> Float32:
    """Return the boxes of tiles, one after the other, then of the coarse view of the whole page.

    Args:
        grid: tiles across and down.
        side: rows along the edge of a tile, and of the page in the coarse view.

    Returns:
        `((across * down + 1) * side * side, 4)`.
    """
    fine = Grid(grid.across * side, grid.down * side)
    tile_tops, tile_lefts, tops, lefts = np.indices((grid.down, grid.across, side, side))
    local = _cells((tile_lefts * side + lefts).ravel(), (tile_tops * side + tops).ravel(), fine)
    return np.concatenate([local, grid_boxes(Grid(side, side))])


def _cells(
    lefts: "np.ndarray[tuple[int], np.dtype[np.int_]]",
    tops: "np.ndarray[tuple[int], np.dtype[np.int_]]",
    grid: Grid,
) -> Float32:
    edges = [lefts / max(grid.across, 1), tops / max(grid.down, 1)]
    edges += [(lefts + 1) / max(grid.across, 1), (tops + 1) / max(grid.down, 1)]
    return np.stack(edges, axis=1).astype(np.float32)


def _scaled(width: int, height: int, longest_edge: int) -> tuple[int, int]:
    """Scale the longer edge as Idefics3 does; the shorter one is rounded up to an even number."""
    aspect = width / height
    if width >= height:
        width, height = longest_edge, int(longest_edge / aspect)
        height += height % 2
    else:
        width, height = int(longest_edge * aspect), longest_edge
        width += width % 2
    return _capped(max(width, 1), max(height, 1))


def _capped(width: int, height: int) -> tuple[int, int]:
    aspect = width / height
    if width >= height and width > TILES_MAX_EDGE:
        return TILES_MAX_EDGE, max(int(TILES_MAX_EDGE / aspect), 1)
    if height > width and height > TILES_MAX_EDGE:
        return max(int(TILES_MAX_EDGE * aspect), 1), TILES_MAX_EDGE
    return width, height
