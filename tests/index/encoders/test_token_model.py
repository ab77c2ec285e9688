"""A pass as one call gives the bits that a pass through the modules gives."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from index.encoders.minilm import packaged_folder
from index.encoders.token_model import TokenModel
from index.records import Float32

SHAPES = [(1, 3), (1, 14), (3, 40), (8, 128), (1, 256)]


def ids(shape: tuple[int, int]) -> list[list[int]]:
    drawn = np.random.default_rng(shape[1]).integers(1000, 29_000, shape)
    return [[int(one) for one in text] for text in drawn]


class Counted(TokenModel):
    """Counts how often the modules of the model are gone through."""

    n_gone_through = 0

    def watch(self) -> None:
        self.load().register_forward_pre_hook(self._note)

    def _note(self, *_: object) -> None:
        self.n_gone_through += 1


@pytest.fixture
def model() -> Counted:
    model = Counted(packaged_folder(), threads=1)
    model.watch()
    return model


@pytest.fixture(scope="module")
def expected() -> dict[tuple[int, int], Float32]:
    """The rows of first passes: each by a model of its own."""
    return {shape: TokenModel(packaged_folder(), threads=1).rows(ids(shape)) for shape in SHAPES}


def test_passes_of_any_shape_give_the_bits_of_the_modules(
    model: Counted, expected: dict[tuple[int, int], Float32]
) -> None:
    model.rows(ids((2, 9)))
    model.rows(ids((2, 9)))  # traced with these

    for shape in SHAPES * 3:  # torch rewrites what it has traced in the calls that follow
        np.testing.assert_array_equal(model.rows(ids(shape)), expected[shape])


def test_the_modules_are_gone_through_for_the_first_pass_and_to_trace_the_second(
    model: Counted,
) -> None:
    gone_through = []
    for _ in range(4):
        model.rows(ids((1, 14)))
        gone_through.append(model.n_gone_through)

    assert gone_through == [1, 2, 2, 2]


def test_threads_that_begin_together_get_the_same(
    model: Counted, expected: dict[tuple[int, int], Float32]
) -> None:
    together = Barrier(4)

    def rows(shape: tuple[int, int]) -> Float32:
        together.wait()
        return model.rows(ids(shape))

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(rows, SHAPES[:4]))

    for shape, mine in zip(SHAPES[:4], made, strict=True):
        np.testing.assert_array_equal(mine, expected[shape])
