"""What a backup is a backup of: written beside its files, compared before any of them is used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from index.backup.layout import DESCRIPTION, check_file, check_files, read_sums
from index.catalog.entries import Layer, layers_of
from index.errors import BackupDamaged, BackupMismatch
from index.manifest import IndexManifest

FORMAT = 1


class TableDump(BaseModel):
    """A table whose rows are kept, and its columns in their order."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[str, ...]
    n_rows: int


class CollectionDump(BaseModel):
    """A collection, and what its index was built with."""

    model_config = ConfigDict(frozen=True)

    name: str
    store: str
    manifest: dict[str, Any]
    n_documents: int
    n_pages: int

    @property
    def index(self) -> IndexManifest:
        """What its index was built with.

        Raises:
            ManifestMismatch: this version knows no such manifest.
        """
        return IndexManifest.from_json(self.manifest)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The stores of its index."""
        return layers_of(self.store, self.index)


class Description(BaseModel):
    """What a backup is a backup of.

    Attributes:
        format: version of how it is laid out.
        pagesight: version that made it.
        revision: of the catalog's schema.
        made_with: versions of the engines that it was read from, for who wants to know.
        tables: in the order in which they are filled.
        n_files: how many there are of each kind, by the first part of their names.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    pagesight: str
    revision: str
    created_at: datetime
    made_with: dict[str, str]
    tables: tuple[TableDump, ...]
    collections: tuple[CollectionDump, ...]
    n_files: dict[str, int]
    n_bytes: int

    @property
    def n_documents(self) -> int:
        """Documents in all collections."""
        return sum(one.n_documents for one in self.collections)

    @property
    def n_pages(self) -> int:
        """Pages that are searchable in all collections."""
        return sum(one.n_pages for one in self.collections)


def check_backup(folder: Path, revisions: Sequence[str]) -> Description:
    """Return what a backup is of after reading every byte of it.

    Args:
        folder: of the backup.
        revisions: of the catalog's schema that this version knows.

    Raises:
        BackupDamaged: it is not finished, or its files are not those that were written.
        BackupMismatch: another version made it, in a way that this one does not know.
    """
    sums = read_sums(folder)
    check_file(folder, DESCRIPTION, sums.get(DESCRIPTION, ""))
    found = _read(folder / DESCRIPTION)
    if found.revision not in revisions:
        raise BackupMismatch(
            f"{folder} has the catalog's schema {found.revision}, made by Pagesight "
            f"{found.pagesight}; this version knows {revisions[0]} to {revisions[-1]}: use the "
            "one that made it, or a later one"
        )
    check_files(folder, sums)
    if found.n_files != count_files(sums):
        raise BackupDamaged(f"{folder} has {count_files(sums)} files, {found.n_files} were written")
    return found


def count_files(sums: Mapping[str, str]) -> dict[str, int]:
    """Count the files of each kind."""
    kinds = Counter(name.partition("/")[0] for name in sums if name != DESCRIPTION)
    return dict(sorted(kinds.items()))


def _read(path: Path) -> Description:
    content = path.read_bytes()
    try:
        stated = _Format.model_validate_json(content).format
        if stated != FORMAT:
            raise BackupMismatch(
                f"{path.parent} is a backup of format {stated}, this version reads {FORMAT}; use "
                "the one that made it"
            )
        return Description.model_validate_json(content)
    except ValidationError as error:
        raise BackupDamaged(f"{path} does not describe a backup: {error}") from error


class _Format(BaseModel):
    format: int
