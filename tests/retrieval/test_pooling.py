import numpy as np
import pytest

from index.records import RowKind, Rows
from retrieval.pooling import pooled
from tests.conftest import unit_rows


def rows(vectors: list[list[float]], boxes: list[list[float]], kinds: list[int]) -> Rows:
    return Rows(
        np.array(vectors, np.float32), np.array(boxes, np.float32), np.array(kinds, np.uint8)
    )


LEFT, RIGHT = [0, 0, 0.2, 0.2], [0.8, 0, 1, 0.2]
HALF = 2**-0.5


def test_rows_of_one_cell_become_their_mean_at_unit_length() -> None:
    page = rows([[1, 0], [0, 1], [1, 0]], [LEFT, LEFT, RIGHT], [0, 0, 0])

    made = pooled(page, across=2, down=1)

    np.testing.assert_allclose(made, np.array([[HALF, HALF], [1, 0]]), atol=1e-6)


def test_patches_and_words_are_pooled_apart() -> None:
    page = rows([[1, 0], [0, 1]], [LEFT, LEFT], [RowKind.PATCH, RowKind.TEXT])

    assert pooled(page).tolist() == [[1, 0], [0, 1]]


def test_rows_that_cancel_out_leave_none() -> None:
    page = rows([[1, 0], [-1, 0]], [LEFT, LEFT], [0, 0])

    assert pooled(page).shape == (0, 2)


def test_a_row_at_the_far_edge_stays_inside() -> None:
    page = rows([[1, 0]], [[1, 1, 1, 1]], [0])

    assert pooled(page, across=3, down=3).tolist() == [[1, 0]]


def test_a_page_without_rows_stays_without() -> None:
    assert pooled(unit_rows(0)).shape == (0, 16)


@pytest.mark.parametrize("seed", range(3))
def test_pooling_knows_no_order(seed: int) -> None:
    page = unit_rows(40, seed=seed)
    shuffled = np.random.default_rng(seed).permutation(40)
    other = Rows(page.vectors[shuffled], page.boxes[shuffled], page.kinds[shuffled])

    np.testing.assert_allclose(pooled(other), pooled(page), atol=1e-6)


def test_a_whole_grid_of_patches_pools_to_an_eighth() -> None:
    tops, lefts = np.divmod(np.arange(1024), 32)
    boxes = np.stack([lefts, tops, lefts + 1, tops + 1], axis=1).astype(np.float32) / np.float32(32)
    vectors = unit_rows(1024).vectors

    made = pooled(Rows(vectors, boxes, np.zeros(1024, np.uint8)))

    assert len(made) == 128
    first = vectors[(tops < 2) & (lefts < 4)].mean(axis=0)
    np.testing.assert_allclose(made[0], first / np.linalg.norm(first), atol=1e-5)
