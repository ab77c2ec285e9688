import psycopg
import pytest
from sqlalchemy import inspect

from index.catalog.backup_lock import check_may_remove, keep_for_backup, may_remove
from index.catalog.database import Database
from index.catalog.remains import Remains
from index.catalog.schema import metadata
from index.errors import BackupRunning
from tests.tiny import wait_for


def is_free(database: Database) -> bool:
    """Tell whether no backup holds the database."""
    with database.engine.connect() as removing:
        return may_remove(removing)


def test_nothing_is_removed_until_a_backup_has_ended_or_died(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as reading:
        keep_for_backup(reading)
        with database.engine.connect() as removing:
            assert not may_remove(removing)
            with pytest.raises(BackupRunning, match="when it is done"):
                check_may_remove(removing)

    wait_for(lambda: is_free(database))  # the server notices in its own time


def test_two_backups_are_not_made_at_once(database: Database) -> None:
    with (
        psycopg.connect(database.conninfo, autocommit=True) as first,
        psycopg.connect(database.conninfo, autocommit=True) as second,
    ):
        keep_for_backup(first)
        with pytest.raises(BackupRunning, match="another backup is being made"):
            keep_for_backup(second, wait_s=0.05)


def test_nothing_is_erased_beside_a_backup(database: Database) -> None:
    remains = Remains(database.engine)
    with psycopg.connect(database.conninfo, autocommit=True) as reading:
        with remains.alone(), pytest.raises(BackupRunning, match="being erased"):
            keep_for_backup(reading, wait_s=0.05)
        keep_for_backup(reading)
        with pytest.raises(BackupRunning, match="when it is done"), remains.alone():
            pass


def test_every_table_is_known_to_backups(database: Database) -> None:
    there = set(inspect(database.engine).get_table_names())

    ours = {name for name in there if not name.startswith("procrastinate_")}
    assert ours - {"alembic_version"} == set(metadata.tables)
