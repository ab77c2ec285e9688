"""An installation that was backed up, and empty places to restore it into."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.backup import back_up, restore
from api.service import Service
from api.settings import Settings
from index.backup.description import Description
from index.catalog.database import Database
from tests.conftest import fresh_database
from tests.tiny import HashedWords, index, pdf, settings

NAMES = ["heron", "otter", "badger", "falcon", "viper", "salmon"]
THINGS = ["bridge", "harbour", "engine", "ledger", "orchard", "quarry", "signal", "turbine"]


def document(number: int, *, n_pages: int = 3) -> bytes:
    """A file whose pages tell of other things than those of the other numbers."""
    name = NAMES[number % len(NAMES)]
    return pdf(*(f"{name} {thing(number, page)} {number} in {page}" for page in range(n_pages)))


def thing(number: int, page: int) -> str:
    """What a page of a document tells of."""
    return THINGS[(3 * number + page) % len(THINGS)]


@dataclass(frozen=True)
class Place:
    """Where an installation is, or may be made."""

    data: Path
    database: Database

    def settings(self, **changes: Any) -> Settings:
        """Its settings."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        return settings(self.data, database_url=url, **changes)

    def open(self, encoder: HashedWords | None = None) -> Service:
        """Open the service over it."""
        return Service.build(self.settings(), encoder=encoder or HashedWords())

    def back_up(self, target: Path, **options: Any) -> Description:
        """Back it up."""
        return back_up(self.settings(), target, **options)

    def restore(self, backup: Path, encoder: HashedWords | None = None) -> Description:
        """Fill it from a backup."""
        return restore(self.settings(), backup, encoder=encoder or HashedWords())


@pytest.fixture
def place(database: Database, data_folder: Path) -> Place:
    """An empty place."""
    return Place(data_folder, database)


@pytest.fixture
def new_place(postgres: Database, migrated: str, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Makes empty places."""
    with ExitStack() as opened:
        made: list[Place] = []

        def make() -> Place:
            found = opened.enter_context(fresh_database(postgres, migrated))
            made.append(Place(tmp_path / f"new-{len(made)}", found))
            return made[-1]

        yield make


@pytest.fixture
def new_database(postgres: Database) -> Iterator[Callable[[], Database]]:
    """Makes databases without any table."""
    on_server = postgres.engine.execution_options(isolation_level="AUTOCOMMIT")
    made: list[Database] = []

    def make() -> Database:
        name = f"test_{uuid4().hex}"
        with on_server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = postgres.engine.url.set(database=name).render_as_string(hide_password=False)
        made.append(Database(url, migrate=False))
        return made[-1]

    yield make
    for database in made:
        database.close()
        with on_server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {database.engine.url.database} WITH (FORCE)"))


@pytest.fixture(scope="session")
def backup(postgres: Database, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of two documents; it is not to be changed."""
    folder = tmp_path_factory.mktemp("backed-up")
    with fresh_database(postgres, migrated) as database:
        place = Place(folder / "data", database)
        service = place.open()
        for number in range(2):
            index(service, f"{number}.pdf", document(number))
        service.close()
        place.back_up(folder / "backup")
    return folder / "backup"
