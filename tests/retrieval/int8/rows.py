"""Rows for the tests of int8 scoring, and the kernels that this machine has."""

import numpy as np
from numpy.typing import NDArray

from index.records import Float32
from retrieval.int8.scoring import Kernel, find_kernel

KERNELS: list[Kernel] = ["native", "numpy"] if find_kernel() == "native" else ["numpy"]
SHAPES = ("random", "spiky", "clustered", "equal", "opposite")


def unit(rows: NDArray[np.float64]) -> Float32:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def rows_of(shape: str, n_rows: int, dim: int, seed: int) -> Float32:
    """Make unit rows; equal and opposite ones point along, or away from, one direction of `dim`."""
    rng = np.random.default_rng(seed)
    direction = np.random.default_rng(dim).standard_normal((1, dim))
    noise = rng.standard_normal((n_rows, dim))
    made = {
        "random": noise,
        "spiky": np.eye(dim)[rng.integers(dim, size=n_rows)] * rng.choice([-1, 1], (n_rows, 1)),
        "clustered": direction + 0.05 * noise,
        "equal": np.repeat(direction, n_rows, axis=0),
        "opposite": np.repeat(-direction, n_rows, axis=0),
    }[shape]
    return unit(made) if n_rows else np.empty((0, dim), np.float32)
