import numpy as np

from retrieval.halves import Widener


def test_every_finite_half_becomes_the_same_float32_as_in_numpy() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = every[np.isfinite(every)].reshape(-1, 2)

    assert Widener().widen(halves).tobytes() == halves.astype(np.float32).tobytes()


def test_pages_of_any_size_may_follow_one_another() -> None:
    widener, rng = Widener(), np.random.default_rng(0)
    for n_rows in (3, 1, 0, 7, 2):
        rows = rng.standard_normal((n_rows, 4)).astype(np.float16)
        rows.setflags(write=False)  # as rows of a mapped file are
        np.testing.assert_array_equal(widener.widen(rows), rows.astype(np.float32))


def test_float32_rows_are_handed_through() -> None:
    rows = np.eye(2, dtype=np.float32)

    assert Widener().widen(rows) is rows
