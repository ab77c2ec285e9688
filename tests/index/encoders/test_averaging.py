import numpy as np
import pytest

from index.encoders.averaging import averaged
from tests.conftest import unit_rows


def test_few_rows_stay_as_they_are() -> None:
    rows = unit_rows(5)
    vectors, boxes = averaged(rows.vectors, rows.boxes, max_rows=5)
    assert vectors is rows.vectors
    assert boxes is rows.boxes


def test_neighbours_become_their_mean_with_the_box_around_them() -> None:
    rows = unit_rows(5)
    vectors, boxes = averaged(rows.vectors, rows.boxes, max_rows=3)
    mean = rows.vectors[:2].sum(axis=0)
    assert vectors[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert vectors[2] == pytest.approx(rows.vectors[4], abs=1e-6)
    assert boxes[0].tolist() == [*rows.boxes[0, :2].tolist(), *rows.boxes[1, 2:].tolist()]
    assert len(boxes) == 3
