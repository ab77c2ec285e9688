import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders.visual.geometry import (
    Grid,
    Tiles,
    grid_boxes,
    merged_grid,
    tile_grid,
    tiled_boxes,
)
from index.errors import PageTooLarge

QWEN_2 = {"cell": 28, "min_pixels": 56 * 56, "max_pixels": 768 * 28 * 28}
RELEASED = Tiles(longest_edge=2048, edge=512, side=8)
PIXELS = st.integers(1, 6000)


def test_a_grid_is_read_line_by_line() -> None:
    boxes = grid_boxes(Grid(across=2, down=4)).tolist()
    assert boxes[:3] == [[0, 0, 0.5, 0.25], [0.5, 0, 1, 0.25], [0, 0.25, 0.5, 0.5]]
    assert len(boxes) == 8


def test_qwen_reads_a4_as_23_by_32_cells() -> None:
    assert merged_grid(1191, 1684, **QWEN_2) == Grid(23, 32)
    assert merged_grid(1684, 1191, **QWEN_2) == Grid(32, 23)


def test_qwen_enlarges_a_small_page() -> None:
    assert merged_grid(10, 10, **QWEN_2) == Grid(2, 2)


@pytest.mark.parametrize(("width", "height"), [(2010, 10), (10, 2010)])
def test_a_page_that_qwen_cannot_read_is_refused(width: int, height: int) -> None:
    with pytest.raises(PageTooLarge, match="too narrow"):
        merged_grid(width, height, **QWEN_2)


def test_idefics_reads_a4_as_3_by_4_tiles() -> None:
    assert tile_grid(1191, 1684, RELEASED) == Grid(3, 4)
    assert tile_grid(1684, 1191, RELEASED) == Grid(4, 3)
    assert len(tiled_boxes(Grid(3, 4), 8)) == 832


def test_a_page_of_one_tile_is_left_whole() -> None:
    assert tile_grid(300, 300, Tiles(512, 512, 8)) == Grid(0, 0)
    assert tile_grid(1191, 1684, Tiles(2048, 512, 8, split=False)) == Grid(0, 0)
    assert tiled_boxes(Grid(0, 0), 8).tolist() == grid_boxes(Grid(8, 8)).tolist()


def test_tiles_come_one_after_the_other_and_the_coarse_view_last() -> None:
    boxes = tiled_boxes(Grid(across=2, down=1), side=2)
    first, second, coarse = boxes[:4], boxes[4:8], boxes[8:]
    assert first[:, 2].max() == 0.5
    assert second[:, 0].min() == 0.5
    assert first[1].tolist() == [0.25, 0, 0.5, 0.5]
    assert coarse.tolist() == grid_boxes(Grid(2, 2)).tolist()


@given(PIXELS, PIXELS)
def test_tiles_cover_the_page_once(width: int, height: int) -> None:
    grid = tile_grid(width, height, RELEASED)
    local = tiled_boxes(grid, 8)[:-64].astype(np.float64)
    areas = (local[:, 2] - local[:, 0]) * (local[:, 3] - local[:, 1])
    assert areas.sum() == pytest.approx(1, abs=1e-4)
    assert len(np.unique(local[:, :2], axis=0)) == len(local) == grid.across * grid.down * 64
