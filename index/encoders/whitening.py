"""Whitening: rows with even spread in every direction, so that a cosine tells tokens apart.

Token rows of a sentence model crowd into a narrow cone: any two are alike, and a MaxSim over them
is mostly noise. Subtracting the mean and dividing each principal direction by its spread undoes
that (Su et al., "Whitening Sentence Representations for Better Semantics and Faster Retrieval",
2021, section 3); leaving out the directions of least spread makes rows shorter. The matrix is
fitted once, on general text, and ships with the package (`tools/fit_whitening.py`): it knows
nothing of any collection, so a collection of one page works like one of a million.
"""

import hashlib
import io
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np

from index.errors import ModelRejected
from index.records import Float32

SHIPPED = "whitening-minilm.npz"


@dataclass(frozen=True, slots=True)
class Whitening:
    """A shift and a projection of rows.

    Attributes:
        mean: `(n_in,)` float32.
        projection: `(n_in, n_out)` float32.
        fitted_on: the text it was fitted on.
    """

    mean: Float32
    projection: Float32
    fitted_on: str

    @classmethod
    def load(cls) -> Self:
        """Read the matrix that ships with the package.

        Raises:
            ModelRejected: the file is damaged.
        """
        try:
            with np.load(io.BytesIO(_shipped_bytes())) as stored:
                return cls(stored["mean"], stored["projection"], str(stored["fitted_on"]))
        except (ValueError, KeyError, OSError) as error:
            raise ModelRejected(
                f"{SHIPPED} cannot be read ({error}); reinstall Pagesight"
            ) from error

    @classmethod
    def fit(cls, rows: Float32, dim: int, *, fitted_on: str) -> Self:
        """Fit on `(n_rows, n_in)` rows, keeping the `dim` directions of widest spread."""
        mean = rows.mean(axis=0, dtype=np.float64)
        spread, directions = np.linalg.eigh(np.cov(rows.T - mean[:, None]))  # ascending
        widest = slice(None, -dim - 1, -1)
        projection = directions[:, widest] / np.sqrt(spread[widest])  # (n_in, dim)
        return cls(mean.astype(np.float32), projection.astype(np.float32), fitted_on)

    @property
    def dim(self) -> int:
        """Length of a whitened row."""
        return int(self.projection.shape[1])

    def unit_rows(self, rows: Float32) -> Float32:
        """Whiten `(n_rows, n_in)` rows and scale each to unit length, `(n_rows, dim)`."""
        whitened = (rows - self.mean) @ self.projection
        norms = np.linalg.norm(whitened, axis=1, keepdims=True)
        return np.asarray(whitened / np.maximum(norms, np.finfo(np.float32).tiny), np.float32)


def whitening_sha256() -> str:
    """Return the sha256 of the shipped matrix: rows of another one never mix with these."""
    return hashlib.sha256(_shipped_bytes()).hexdigest()


def _shipped_bytes() -> bytes:
    return files("index.encoders").joinpath(SHIPPED).read_bytes()
