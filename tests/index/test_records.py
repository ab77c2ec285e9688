from collections.abc import Callable

import numpy as np
import pytest

from index.records import (
    Box,
    Float32,
    PageWords,
    Question,
    Rows,
    SparseVector,
    Word,
    check_unit_rows,
)
from tests.conftest import unit_rows


def test_rows_know_their_number_and_dimension() -> None:
    rows = unit_rows(3, 16)
    assert (len(rows), rows.dim) == (3, 16)


def test_a_page_may_have_no_rows() -> None:
    nothing = np.zeros((0, 16), np.float32)
    rows = Rows(nothing, np.zeros((0, 4), np.float32), np.zeros(0, np.uint8))
    assert len(rows) == 0


def test_rows_with_other_than_one_box_each_are_refused() -> None:
    good = unit_rows(3)
    with pytest.raises(ValueError, match=r"boxes must be \(3, 4\), got \(2, 4\)"):
        Rows(good.vectors, good.boxes[:2], good.kinds)


def test_rows_with_other_than_one_kind_each_are_refused() -> None:
    good = unit_rows(3)
    with pytest.raises(ValueError, match=r"kinds must be \(3,\), got \(2,\)"):
        Rows(good.vectors, good.boxes, good.kinds[:2])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda v: v.astype(np.float64), "float32"),
        (lambda v: v[0], r"\(n, dim\)"),
        (lambda v: v * np.float32(np.nan), "finite"),
        (lambda v: v * np.float32(1.01), "unit length, got 1.0100"),
        (lambda v: v * np.float32(0), "unit length"),
    ],
    ids=["float64", "flat", "nan", "too long", "zero"],
)
def test_vectors_that_are_no_unit_rows_are_refused(
    spoil: Callable[[Float32], Float32], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        check_unit_rows(spoil(unit_rows(2).vectors))


def test_half_precision_is_near_enough_to_unit_length() -> None:
    check_unit_rows(unit_rows(50).vectors.astype(np.float16).astype(np.float32))


def test_a_question_needs_a_weight_and_a_token_for_each_row() -> None:
    vectors = unit_rows(2).vectors
    with pytest.raises(ValueError, match="2 vectors need as many weights and tokens"):
        Question("a b", vectors, np.ones(1, np.float32), ("a", "b"))
    with pytest.raises(ValueError, match=r"got .* and 1"):
        Question("a b", vectors, np.ones(2, np.float32), ("a",))


@pytest.mark.parametrize("indices", [[2, 1], [1, 1]])
def test_sparse_indices_ascend_without_repeats(indices: list[int]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        SparseVector(np.array(indices, np.uint32), np.ones(2, np.float32))


def test_a_sparse_vector_has_a_value_for_each_index() -> None:
    with pytest.raises(ValueError, match="alike"):
        SparseVector(np.array([1, 2], np.uint32), np.ones(1, np.float32))


def test_a_trusted_page_has_no_word_whose_middle_is_in_a_suspect_box() -> None:
    dam = Word("dam", Box(0.1, 0.1, 0.2, 0.12), 0)
    order = Word("obey", Box(0.1, 0.5, 0.2, 0.52), 1)
    page = PageWords((dam, order), "ocr", suspect=(Box(0.1, 0.49, 0.2, 0.53),))
    assert page.trusted().words == (dam,)
    assert page.trusted().suspect == ()
    plain = PageWords((dam, order), "ocr")
    assert plain.trusted() is plain
