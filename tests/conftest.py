"""What several test files need: rows, a database, stores."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import text

from index.catalog.database import Database
from index.records import RowKind, Rows


def unit_rows(n_rows: int, dim: int = 16, *, seed: int = 0) -> Rows:
    """Random unit rows whose boxes run down the page."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((n_rows, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tops = np.linspace(0, 0.9, n_rows, dtype=np.float32)
    boxes = np.stack([tops * 0, tops, tops * 0 + 0.5, tops + 0.1], axis=1)
    return Rows(vectors, boxes, np.full(n_rows, RowKind.TEXT, dtype=np.uint8))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One embedded PostgreSQL for the whole run, or the one that the environment names."""
    url = os.environ.get("PAGESIGHT_TEST_DATABASE_URL")  # noqa: TID251  a test's own switch
    opened = Database.open(url, folder=tmp_path_factory.mktemp("pg") / "postgres")
    yield opened
    opened.close()


@pytest.fixture
def database(postgres: Database) -> Iterator[Database]:
    """A fresh, migrated database on the shared server."""
    name = f"test_{uuid4().hex}"
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres.engine.url.set(database=name).render_as_string(hide_password=False)
    opened = Database(url)
    yield opened
    opened.close()
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "data"
