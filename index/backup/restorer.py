"""Fills an empty installation from a backup; the engines may be others than those it came from.

The catalog is filled last, in one transaction: until then nobody sees any of it. A mark in the data
folder keeps others out until the end, and has a restore that was cut off go on.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from index.backup import layout
from index.backup.description import Description
from index.backup.points_file import decode_points
from index.backup.tables import Snapshot, fill_table, tables, telling_lost_database
from index.backup.writer import Progress
from index.blobs.base import Blobs
from index.catalog.audit import append_line
from index.catalog.database import Database, driver_connection, head, schema_revision, upgrade
from index.catalog.entries import Layer
from index.catalog.lines import Deed
from index.catalog.silence import unhurried
from index.errors import BackupDamaged, NotEmpty, RestoreUnfinished
from index.vectors.base import CONTEXT_PAGE, VectorStore

MARK = "restoring.json"


@dataclass(frozen=True, slots=True)
class Targets:
    """What is filled; all of it is empty."""

    database: Database
    vectors: VectorStore
    blobs: Blobs


class Mark:
    """Says in a data folder that a restore into it has not ended.

    Attributes:
        is_ours: whether it was there before, from the same backup.
    """

    def __init__(self, data: Path, backup: Path) -> None:
        self._path = data / MARK
        self._backup = layout.hash_of(backup / layout.SUMS)
        self.is_ours = self._found() == self._backup

    def check(self) -> None:
        """Do nothing where no other backup was being restored.

        Raises:
            RestoreUnfinished: one was.
        """
        if self._path.exists() and not self.is_ours:
            raise RestoreUnfinished(
                f"a restore of another backup into {self._path.parent} was cut off; start that one "
                "again, or name another folder"
            )

    def set(self) -> None:
        """Keep others out from now on."""
        with layout.synced(self._path) as write:
            write(json.dumps({"backup": self._backup}).encode())

    def remove(self) -> None:
        """Let others in."""
        self._path.unlink()

    def _found(self) -> str | None:
        if not self._path.is_file():
            return None
        return str(json.loads(self._path.read_bytes() or b"{}").get("backup"))


def check_restored(data: Path) -> None:
    """Do nothing where no restore is under way.

    Raises:
        RestoreUnfinished: one is, or was cut off.
    """
    if (data / MARK).exists():
        raise RestoreUnfinished(
            f"a restore into {data} has not ended; wait for it, or start it again where it was cut "
            "off: it goes on"
        )


def check_stores(description: Description, vectors: VectorStore) -> None:
    """Do nothing where a vector store has no collection of the names in a backup.

    Raises:
        NotEmpty: it has.
    """
    for store in _stores(description):
        if vectors.has(store):
            raise NotEmpty(f"the vector store has a collection {store!r} already; use an empty one")


def is_empty(description: Description, database: Database) -> bool:
    """Tell whether a backup can be restored into a database, False when it was already.

    Raises:
        NotEmpty: it holds something else.
    """
    with database.engine.connect() as connection:
        revision = schema_revision(connection)
        if revision is None:
            return True
        present = Snapshot(driver_connection(connection))
        if revision == head() and any(map(present.count, tables())):
            if present.collections() == [*description.collections]:
                return False
        elif revision == description.revision:
            return True
    raise NotEmpty("the database is in use already; name one without tables")


def restore(
    folder: Path,
    description: Description,
    targets: Targets,
    deed: Deed,
    *,
    done: Progress = lambda _n, _of: None,
) -> None:
    """Fill what is empty from a backup that was checked; done again, it stores the same again.

    Args:
        folder: of the backup.
        description: of it.
        targets: what is filled.
        deed: what the audit log tells of it, behind the lines that it has from the backup.
        done: is told of the pages.

    Raises:
        BackupDamaged: it lacks what its own catalog tells of.
    """
    sums = layout.read_sums(folder)
    blobs = [name for name in sums if name.startswith("blobs/")]
    for name in blobs:
        targets.blobs.put_stream(_chunks(folder / name), max_bytes=sys.maxsize)
    for layer in _layers(description):
        manifest = layer.manifest
        targets.vectors.create(layer.store, dim=manifest.dim, pooled=manifest.pooled)
    for name in sorted(name for name in sums if name.startswith("points/")):
        _, store, generation, _ = name.split("/")
        points = decode_points((folder / name).read_bytes())
        targets.vectors.put_pages(store, UUID(generation), points)
        done(sum(point.page != CONTEXT_PAGE for point in points), description.n_pages)
    for store in _stores(description):
        targets.vectors.flush(store)
    begun = targets.database.engine.begin()
    with telling_lost_database(), begun as connection, unhurried(connection):
        catalog = _fill_catalog(connection, folder, description)
        _check_whole(catalog, targets.vectors, {name[-64:] for name in blobs})
        append_line(connection, deed)


def _fill_catalog(connection: Connection, folder: Path, description: Description) -> Snapshot:
    """Fill the tables at the backup's own schema, then bring them to that of this version."""
    upgrade(connection, description.revision)
    driver = driver_connection(connection)
    for dump in description.tables:
        fill_table(driver, dump, folder / layout.table_name(dump.name))
    upgrade(connection, "head")
    return Snapshot(driver)


def _check_whole(catalog: Snapshot, vectors: VectorStore, blobs: set[str]) -> None:
    """Do nothing where all is there that the catalog tells of.

    Raises:
        BackupDamaged: it is not.
    """
    lacking = sorted(set(catalog.blobs()) - blobs)
    if lacking:
        raise BackupDamaged(f"the backup lacks {len(lacking)} blobs, the first is {lacking[0]}")
    layers = {one.name: one.layers for one in catalog.collections()}
    for generation in catalog.generations():
        for layer in layers[generation.collection]:
            n_points = vectors.count_pages(layer.store, generation.id)
            if n_points != len(generation.pages):
                raise BackupDamaged(
                    f"the backup has {n_points} pages of generation {generation.id} in "
                    f"{layer.store!r}, its catalog {len(generation.pages)}"
                )


def _layers(description: Description) -> list[Layer]:
    return [layer for one in description.collections for layer in one.layers]


def _stores(description: Description) -> list[str]:
    return [layer.store for layer in _layers(description)]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(layout.READ_BYTES):
            yield chunk
