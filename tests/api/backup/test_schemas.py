"""A backup that an earlier version made is restored, and brought to the schema of this one."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from api.backup import check
from index.backup import layout
from index.backup.description import CollectionDump, Description, TableDump, count_files
from index.backup.layout import DESCRIPTION, Sums
from index.backup.points_file import encode_points
from index.backup.restorer import Targets, restore
from index.blobs.local import LocalBlobs
from index.catalog.audit import AuditLog
from index.catalog.catalog import Catalog
from index.catalog.database import Database, driver_connection, revisions
from index.catalog.lines import Deed
from index.catalog.schema import metadata
from index.records import SparseVector
from index.vectors.base import PagePoint
from index.vectors.edge import EdgeVectorStore
from tests.conftest import unit_rows
from tests.index.catalog.test_migrations import DOCUMENT, GENERATION, write
from tests.index.test_manifest import manifest

BLOBS = {"a": b"an original", "b": b"a picture"}  # by what the migrations' rows call them
DEED = Deed("backup.restore", "local")
NO_TERMS = SparseVector(unit_rows(0).kinds.astype("uint32"), unit_rows(0).boxes[:, 0])


def back_up(database: Database, folder: Path, revision: str) -> None:
    """Write what a version of an earlier schema would have written."""
    sums: Sums = {}
    with database.engine.connect() as connection:
        tables = [dump(connection, table.name, folder, sums) for table in metadata.sorted_tables]
    for content in BLOBS.values():
        name = layout.blob_name(hashlib.sha256(content).hexdigest())
        sums[name] = layout.write(folder, name, [content])
    points = [PagePoint(page, unit_rows(3, seed=page), NO_TERMS) for page in (0, 1)]
    name = layout.points_name("c-1", GENERATION, 0)
    sums[name] = layout.write(folder, name, [encode_points(points)])
    collection = CollectionDump(
        name="c", store="c-1", manifest=manifest().to_json(), n_documents=1, n_pages=1
    )
    description = Description(
        pagesight="0.0.1",
        revision=revision,
        created_at=datetime(2026, 1, 5, tzinfo=UTC),
        made_with={},
        tables=tuple(table for table in tables if table is not None),
        collections=(collection,),
        n_files=count_files(sums),
        n_bytes=1,
    )
    told = description.model_dump_json().encode()
    sums[DESCRIPTION] = layout.write(folder, DESCRIPTION, [told])
    layout.write_sums(folder, sums)


def dump(connection: Connection, table: str, folder: Path, sums: Sums) -> TableDump | None:
    """Write a table as it was then, if it was there."""
    if not inspect(connection).has_table(table):
        return None
    columns = tuple(column["name"] for column in inspect(connection).get_columns(table))
    with driver_connection(connection).cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) TO STDOUT".encode()) as rows:
            text = b"".join(map(bytes, rows))
        n_rows = cursor.rowcount
    for called, content in BLOBS.items():
        text = text.replace(f"\t{called}\t".encode(), f"\t{sha256(content)}\t".encode())
    name = layout.table_name(table)
    sums[name] = layout.write(folder, name, [text])
    return TableDump(name=table, columns=columns, n_rows=n_rows)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("revision", revisions())
def test_what_an_earlier_version_backed_up_is_restored(
    new_database: Callable[[], Database], tmp_path: Path, revision: str
) -> None:
    earlier, restored = new_database(), new_database()
    write(earlier.engine, revision)
    back_up(earlier, tmp_path / "backup", revision)
    vectors = EdgeVectorStore(tmp_path / "vectors")
    targets = Targets(restored, vectors, LocalBlobs(tmp_path / "blobs"))

    restore(tmp_path / "backup", check(tmp_path / "backup"), targets, DEED)

    catalog = Catalog(restored.engine)
    found = catalog.document("c", DOCUMENT)
    assert (found.name, found.state, found.generation) == ("dams.pdf", "ready", GENERATION)
    assert catalog.pages(GENERATION)[0].image_sha256 == sha256(BLOBS["b"])
    assert [number for number, _ in vectors.read_rows("c-1", GENERATION)] == [0, 1]
    assert AuditLog(restored.engine).lines()[-1].deed == DEED
    vectors.close()
