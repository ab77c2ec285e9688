"""The C part takes arrays from anywhere: it refuses what would read or write outside them."""

import importlib
from typing import Any

import numpy as np
import pytest

from retrieval.int8.packing import pack_pages, pack_question, words
from tests.retrieval.int8.rows import KERNELS, rows_of

pytestmark = pytest.mark.skipif("native" not in KERNELS, reason="no C kernel was built, or no AVX2")


@pytest.fixture
def arrays() -> dict[str, Any]:
    pages = pack_pages([rows_of("random", n, 32, n) for n in (40, 1)], 32)
    return {
        "question": words(pack_question(rows_of("random", 4, 32, 1))),
        "groups": pages.groups,
        "offsets": pages.offsets,
        "selection": np.array([0, 1]),
        "out": np.empty((2, 4), np.int16),
    }


def run(arrays: dict[str, Any]) -> None:
    importlib.import_module("retrieval.int8.kernel").maxima(*arrays.values())


def test_arrays_that_fit_are_scored(arrays: dict[str, Any]) -> None:
    arrays["out"][:] = -1
    run(arrays)
    assert (np.abs(arrays["out"].astype(int)) > 1).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", np.zeros((4, 16), np.int64)),
        ("question", np.zeros(64, np.uint32)),
        ("groups", np.zeros((3, 1088), np.int8)),
        ("offsets", np.zeros(3, np.int32)),
        ("selection", np.zeros((1, 2), np.int64)),
        ("out", np.zeros((2, 4), np.uint16)),
    ],
)
def test_an_array_of_another_type_or_number_of_dimensions_is_refused(
    arrays: dict[str, Any], name: str, value: object
) -> None:
    with pytest.raises(ValueError, match=f"{name} has the wrong type"):
        run(arrays | {name: value})


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("question", np.zeros((3, 16), np.uint32), "multiple of 4"),
        ("question", np.zeros((4, 17), np.uint32), "different dimensions"),
        ("groups", np.zeros((3, 1089), np.uint8), "different dimensions"),
        ("offsets", np.zeros(0, np.int64), "one offset more"),
        ("offsets", np.array([0, 2, 4]), "outside"),
        ("offsets", np.array([-1, 2, 3]), "outside"),
        ("offsets", np.array([2, 1, 3]), "outside"),
        ("selection", np.array([0, 2]), "outside"),
        ("selection", np.array([0, -1]), "outside"),
        ("selection", np.array([0]), "n_selected"),
        ("out", np.zeros((2, 3), np.int16), "n_selected"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    arrays: dict[str, Any], name: str, value: object, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        run(arrays | {name: value})


def test_an_array_with_gaps_is_refused(arrays: dict[str, Any]) -> None:
    with pytest.raises((BufferError, ValueError)):
        run(arrays | {"groups": np.zeros((3, 2176), np.uint8)[:, ::2]})


def test_an_array_that_cannot_be_written_is_refused(arrays: dict[str, Any]) -> None:
    arrays["out"].flags.writeable = False
    with pytest.raises((BufferError, ValueError)):
        run(arrays)
