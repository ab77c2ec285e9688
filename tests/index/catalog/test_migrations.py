"""What an earlier version wrote is read by this one, from every earlier schema."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from index.catalog.catalog import Catalog
from index.catalog.database import MIGRATIONS, Database
from index.catalog.entries import StoredPage
from index.catalog.keys import Keys
from tests.index.test_manifest import manifest

DOCUMENT, GENERATION = UUID(int=1), UUID(int=2)
FIRST_ROWS = """
INSERT INTO collections (name, store, manifest) VALUES ('c', 'c-1', :manifest);
INSERT INTO generations (id, collection, document, sha256, name, n_bytes, state)
    VALUES (:generation, 'c', :document, 'a', 'dams.pdf', 3, 'live');
INSERT INTO documents (id, collection, sha256, name, n_bytes, n_pages, metadata, state,
    live_generation) VALUES (:document, 'c', 'a', 'dams.pdf', 3, 1, '{}', 'ready', :generation);
INSERT INTO pages (generation, number, image_sha256) VALUES (:generation, 1, 'b');
INSERT INTO jobs (id, collection, document, generation, state)
    VALUES (:generation, 'c', :document, :generation, 'done');
"""


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.set_main_option("path_separator", "os")
    return made


def revisions() -> list[str]:
    """Every schema there ever was, the first one first."""
    scripts = ScriptDirectory.from_config(config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


@pytest.fixture
def empty(postgres: Database) -> Iterator[Engine]:
    """A database without any table."""
    name = f"test_{uuid4().hex}"
    on_server = postgres.engine.execution_options(isolation_level="AUTOCOMMIT")
    with on_server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = create_engine(postgres.engine.url.set(database=name))
    yield made
    made.dispose()
    with on_server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def write(engine: Engine, revision: str) -> None:
    """Fill a database as a version of that time did."""
    with engine.begin() as connection:
        earlier = config()
        earlier.attributes["connection"] = connection
        command.upgrade(earlier, revision)
        values = {
            "manifest": json.dumps(manifest().to_json()),
            "document": DOCUMENT,
            "generation": GENERATION,
        }
        for statement in FIRST_ROWS.split(";\n")[:-1]:
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), used)


def test_revisions_are_numbered_without_gaps() -> None:
    assert revisions() == [f"{n:04}" for n in range(1, len(revisions()) + 1)]


@pytest.mark.parametrize("revision", revisions())
def test_what_an_earlier_version_wrote_is_read(empty: Engine, revision: str) -> None:
    write(empty, revision)
    migrated = Database(empty.url.render_as_string(hide_password=False))
    catalog = Catalog(migrated.engine)
    found = catalog.document("c", DOCUMENT)
    assert (found.name, found.state, found.generation) == ("dams.pdf", "ready", GENERATION)
    assert catalog.pages(GENERATION) == [StoredPage(1, image_sha256="b")]
    assert catalog.collection("c").visibility == "private"
    assert not Keys(migrated.engine).exist()
    migrated.close()
