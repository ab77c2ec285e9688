"""Makes a backup while everything goes on.

Nothing has to stop for it: generations never change once readers see them, the catalog is read in
one snapshot, and what that snapshot refers to is not removed until the backup is done.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from index.backup import layout
from index.backup.description import CollectionDump, Description, TableDump, count_files
from index.backup.layout import DESCRIPTION, Sums, points_name
from index.backup.points_file import decode_points, encode_points
from index.backup.tables import LiveGeneration, Snapshot, tables
from index.blobs.base import Blobs, check_disk
from index.errors import BackupDamaged, IndexIncomplete, InvalidRequest, NotEmpty, StorageFull
from index.vectors.base import CONTEXT_PAGE, VectorStore

FILE_PAGES = 16
Progress = Callable[[int, int], object]  # told how many more pages are done, and of how many


class Points(Protocol):
    """Where points come from: a vector store here, or the process that owns it."""

    def read(self, store: str, generation: UUID, pages: Sequence[int]) -> bytes:
        """Return a file with the points of some pages.

        Raises:
            PageNotFound: one of them is not there.
            VectorStoreUnavailable: the store, or who owns it, does not answer.
        """


class StorePoints:
    """Points of a vector store that this process has open."""

    def __init__(self, vectors: VectorStore) -> None:
        self._vectors = vectors

    def read(self, store: str, generation: UUID, pages: Sequence[int]) -> bytes:
        """Return a file with the points of some pages."""
        wanted = [(generation, page) for page in pages]
        return encode_points(list(self._vectors.read_points(store, wanted)))


@dataclass(frozen=True, slots=True)
class Sources:
    """What is backed up.

    Attributes:
        conninfo: of the catalog's database.
        versions: of what else is read, by name.
        min_free_bytes: of the backup's disk, which may be that of what is backed up.
    """

    conninfo: str
    points: Points
    blobs: Blobs
    pagesight: str
    versions: Mapping[str, str]
    min_free_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished backup: what has not changed since is taken from it as hard links."""

    folder: Path
    sums: Sums = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Earlier":
        """Look at an earlier backup.

        Raises:
            BackupDamaged: it is not finished.
        """
        return cls(folder, layout.read_sums(folder))


def check_target(target: Path) -> None:
    """Do nothing where a backup may be made.

    Raises:
        NotEmpty: something is there.
    """
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise NotEmpty(f"{target} is not empty; name a new folder for the backup")


def write_backup(
    target: Path,
    sources: Sources,
    *,
    now: datetime,
    since: Earlier | None = None,
    done: Progress = lambda _n, _of: None,
) -> Description:
    """Make a backup in a new folder, which is there under its name once it is whole.

    Raises:
        NotEmpty: something is there.
        BackupRunning: another one is being made.
        StorageFull: the disk would fall below its watermark.
        IndexIncomplete: the vector store lacks what the catalog tells of.
        BlobNotFound: the blob store does.
    """
    check_target(target)
    with _finished(target) as folder, Snapshot.of(sources.conninfo) as snapshot:
        writing = _Writing(folder, sources, since, done)
        written = writing.write(snapshot, now)
        layout.check_files(folder, writing.sums)
    return written


@contextmanager
def _finished(target: Path) -> Iterator[Path]:
    """Lend a folder that gets its name when the block ends well, and is removed when it does not.

    Raises:
        StorageFull: the disk is full.
        InvalidRequest: nothing can be written there.
    """
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # of one that was killed
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        if target.is_dir():
            target.rmdir()
        unfinished.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"there is no room for the backup at {target}") from error
        raise InvalidRequest(f"the backup cannot be written to {target}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


class _Writing:
    def __init__(
        self, folder: Path, sources: Sources, since: Earlier | None, done: Progress
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._since = since or Earlier(folder)
        self._done = done
        self.sums: Sums = {}

    def write(self, snapshot: Snapshot, now: datetime) -> Description:
        """Write everything, the sums last."""
        collections = snapshot.collections()
        dumps = [self._write_table(*snapshot.write_table(t, self._folder)) for t in tables()]
        for sha256 in snapshot.blobs():
            self._write_blob(sha256)
        self._write_vectors(collections, list(snapshot.generations()))
        description = Description(
            pagesight=self._sources.pagesight,
            revision=snapshot.revision,
            created_at=now,
            made_with={"postgresql": snapshot.server, **self._sources.versions},
            tables=tuple(dumps),
            collections=tuple(collections),
            n_files=count_files(self.sums),
            n_bytes=sum((self._folder / name).stat().st_size for name in self.sums),
        )
        told = description.model_dump_json(indent=2).encode()
        self.sums[DESCRIPTION] = layout.write(self._folder, DESCRIPTION, [told])
        layout.write_sums(self._folder, self.sums)
        return description

    def _write_table(self, dump: TableDump, sha256: str) -> TableDump:
        self.sums[layout.table_name(dump.name)] = sha256
        return dump

    def _write_blob(self, sha256: str) -> None:
        check_disk(self._folder, self._sources.min_free_bytes)
        name = layout.blob_name(sha256)
        self.sums[name] = sha256
        with self._sources.blobs.file(sha256) as path:
            _link_or_copy(path, self._folder / name)

    def _write_vectors(
        self, collections: Sequence[CollectionDump], generations: Sequence[LiveGeneration]
    ) -> None:
        layers = {one.name: one.layers for one in collections}
        n_pages = sum(len(generation.pages) for generation in generations)
        for generation in generations:
            pages = [CONTEXT_PAGE, *generation.pages]
            for start in range(0, len(pages), FILE_PAGES):
                some = pages[start : start + FILE_PAGES]
                for layer in layers[generation.collection]:
                    self._write_points(layer.store, generation.id, some)
                self._done(len(some) - some.count(CONTEXT_PAGE), n_pages)

    def _write_points(self, store: str, generation: UUID, pages: Sequence[int]) -> None:
        name = points_name(store, generation, pages[0])
        if name in self._since.sums:
            _link_or_copy(self._since.folder / name, self._folder / name)
            self.sums[name] = self._since.sums[name]
            return
        check_disk(self._folder, self._sources.min_free_bytes)
        content = self._sources.points.read(store, generation, pages)
        _check_points(content, pages)
        self.sums[name] = layout.write(self._folder, name, [content])


def _check_points(content: bytes, pages: Sequence[int]) -> None:
    try:
        found = [point.page for point in decode_points(content)]
    except BackupDamaged as error:
        raise IndexIncomplete(f"the vector store holds rows that are no rows: {error}") from error
    if found != list(pages):
        raise IndexIncomplete(f"the vector store gave pages {found}, asked for {list(pages)}")


def _link_or_copy(source: Path, target: Path) -> None:
    """Share the bytes where the file system can: nobody changes a file that is finished."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        with layout.synced(target) as write, source.open("rb") as file:
            while chunk := file.read(layout.READ_BYTES):
                write(chunk)
