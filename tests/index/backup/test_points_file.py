import numpy as np
import pytest

from index.backup.points_file import decode_points, encode_points
from index.errors import BackupDamaged
from index.records import Rows, SparseVector
from index.vectors.base import PagePoint
from tests.conftest import unit_rows


def halves(values: np.ndarray) -> np.ndarray:
    """What a vector store gives back of these values."""
    return values.astype(np.float16).astype(np.float32)


def point(page: int, n_rows: int, *, n_pooled: int | None = None) -> PagePoint:
    made = unit_rows(n_rows, 128, seed=page)
    rows = Rows(halves(made.vectors), made.boxes, made.kinds)
    terms = SparseVector(np.arange(page, dtype=np.uint32), np.full(page, 0.1, np.float32))
    return PagePoint(page, rows, terms, None if n_pooled is None else rows.vectors[:n_pooled])


def test_points_are_read_as_they_were_written() -> None:
    written = [point(0, 3), point(1, 0), point(7, 40, n_pooled=5)]

    read = decode_points(encode_points(written))

    assert [one.page for one in read] == [0, 1, 7]
    for before, after in zip(written, read, strict=True):
        assert np.array_equal(before.rows.vectors, after.rows.vectors)
        assert np.abs(before.rows.boxes - after.rows.boxes).max(initial=0) < 1e-4
        assert np.array_equal(before.rows.kinds, after.rows.kinds)
        assert np.array_equal(before.terms.indices, after.terms.indices)
        assert np.array_equal(before.terms.values, after.terms.values)
    assert [one.pooled is None for one in read] == [True, True, False]
    assert read[2].pooled is not None
    assert np.array_equal(read[2].pooled, written[2].rows.vectors[:5])


def test_the_same_points_are_the_same_bytes() -> None:
    assert encode_points([point(1, 5)]) == encode_points([point(1, 5)])


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9, 1.0])
def test_a_file_that_was_cut_off_is_damaged(at: float) -> None:
    whole = encode_points([point(1, 30), point(2, 30)])

    with pytest.raises(BackupDamaged, match="cannot be read"):
        decode_points(whole[: round(at * len(whole)) - 1])


def test_a_flipped_bit_of_a_row_is_damage() -> None:
    whole = bytearray(encode_points([point(1, 30)]))
    whole[whole.index(b"vectors.npy") + 2000] ^= 4

    with pytest.raises(BackupDamaged, match="cannot be read"):
        decode_points(bytes(whole))


def test_a_file_of_something_else_is_damaged() -> None:
    with pytest.raises(BackupDamaged, match="cannot be read"):
        decode_points(b"no points")
