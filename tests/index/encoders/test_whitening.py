import hashlib
from importlib.resources import files

import numpy as np
import pytest

from index.encoders.whitening import SHIPPED, Whitening, whitening_sha256
from index.records import Float32, check_unit_rows


def correlated_rows() -> Float32:
    random = np.random.default_rng(3)
    mixing = random.standard_normal((6, 6)) * [10, 5, 2, 1, 0.5, 0.1]
    return (random.standard_normal((4000, 6)) @ mixing.T + 3).astype(np.float32)


def test_whitened_rows_spread_evenly_in_every_direction() -> None:
    rows = correlated_rows()
    fitted = Whitening.fit(rows, 6, fitted_on="noise")
    whitened = (rows - fitted.mean) @ fitted.projection
    assert np.cov(whitened.T) == pytest.approx(np.eye(6), abs=1e-2)


def test_the_directions_of_widest_spread_are_kept() -> None:
    rows = np.random.default_rng(1).standard_normal((2000, 3)).astype(np.float32) * [9, 0.1, 3]
    fitted = Whitening.fit(rows.astype(np.float32), 2, fitted_on="noise")
    assert np.abs(fitted.projection[1]).max() < 0.05 * np.abs(fitted.projection[0]).max() * 9


def test_rows_come_out_with_unit_length() -> None:
    rows = correlated_rows()
    check_unit_rows(Whitening.fit(rows, 4, fitted_on="noise").unit_rows(rows))


def test_the_shipped_matrix_fits_the_model_and_says_what_it_was_fitted_on() -> None:
    shipped = Whitening.load()
    assert shipped.mean.shape == (384,)
    assert shipped.projection.shape == (384, shipped.dim)
    assert "wordnet" in shipped.fitted_on


def test_the_digest_is_that_of_the_shipped_file() -> None:
    shipped = files("index.encoders").joinpath(SHIPPED).read_bytes()
    assert whitening_sha256() == hashlib.sha256(shipped).hexdigest()
