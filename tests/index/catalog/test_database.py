from pathlib import Path

import pytest
from sqlalchemy import text

from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.errors import DatabaseUnavailable


def test_a_database_that_is_not_there_is_named_unavailable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="PAGESIGHT_DATABASE_URL"):
        Database.open("postgresql://127.0.0.1:9/nothing", folder=tmp_path)


def test_a_database_that_goes_away_is_unavailable_to_whoever_asks_it(
    postgres: Database, database: Database
) -> None:
    catalog = Catalog(database.engine)
    name = database.engine.url.database
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(ended, {"name": name})

    with pytest.raises(DatabaseUnavailable):
        catalog.collections()


def test_a_folder_that_cannot_hold_a_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")

    with pytest.raises(DatabaseUnavailable, match="did not start"):
        Database.open(None, folder=tmp_path / "postgres")
