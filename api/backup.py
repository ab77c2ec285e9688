"""Backup and restore of what the settings name, on one machine or of a fleet."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from os import getpid
from pathlib import Path

from api import parts
from api.audit.deeds import LOCAL
from api.client.points import OwnedPoints
from api.holdings.holdings import check_manifest
from api.ownership import Owner, Ownership, find_owner
from api.settings import Settings
from index.backup import layout, restorer, writer
from index.backup.description import Description, check_backup
from index.backup.restorer import Mark, Targets
from index.backup.writer import Earlier, Points, Progress, Sources, StorePoints
from index.blobs.base import check_disk, there_now
from index.catalog.audit import AuditLog
from index.catalog.database import Database, revisions
from index.catalog.lines import Deed
from index.encoders.base import Encoder
from index.errors import InvalidRequest, NotEmpty, PagesightError


def back_up(
    settings: Settings,
    target: Path,
    *,
    since: Path | None = None,
    done: Progress = lambda _n, _of: None,
) -> Description:
    """Back up everything that the settings name, used or not; the audit log tells of it.

    Args:
        settings: of the installation.
        target: a folder that is not there yet.
        since: an earlier backup, whose files are taken where nothing has changed.
        done: is told of the pages.

    Raises:
        InvalidRequest: there is no such installation.
        NotEmpty: the target holds something.
        DataFolderBusy: a process that serves nobody owns the folder.
        BackupRunning: another backup is being made.
        BackupDamaged: the earlier one is not finished.
    """
    writer.check_target(target)
    earlier = None if since is None else Earlier.read(since)
    with _opened(settings) as (database, points):
        log = AuditLog(database.engine)
        sources = _sources(settings, database, points)
        now = datetime.now(UTC)
        try:
            made = writer.write_backup(target, sources, now=now, since=earlier, done=done)
        except PagesightError as error:
            log.append(Deed("backup.create", LOCAL, result=error.code))
            raise
        log.append(_deed("backup.create", target, made))
        return made


def check(backup: Path) -> Description:
    """Return what a backup is of after reading every byte of it.

    Raises:
        BackupDamaged: it is not finished, or its files are not those that were written.
        BackupMismatch: another version made it, in a way that this one does not know.
    """
    return check_backup(backup, revisions())


def restore(
    settings: Settings,
    backup: Path,
    *,
    encoder: Encoder | None = None,
    done: Progress = lambda _n, _of: None,
) -> Description:
    """Fill what the settings name, which is empty, from a backup; begin again after a crash.

    The audit log comes out of the backup, too, and goes on with a line of this.

    Raises:
        BackupDamaged: the backup is not what was written.
        BackupMismatch: this version cannot read it.
        ManifestMismatch: the models here are not those that its indexes were built with.
        NotEmpty: something is kept here already.
        StorageFull: the disk has no room for it.
        RestoreUnfinished: a restore of another backup was cut off here.
    """
    description = check(backup)
    mark = Mark(settings.data, backup)
    mark.check()
    if not mark.is_ours:
        _check_folders(settings)
    _check_encoders(settings, description, encoder)
    if not mark.is_ours:
        _check_servers(settings, description)
        _check_room(settings, description)
    with ExitStack() as opened:
        if settings.vectors == "edge":
            owner = Ownership.take(settings.data, Owner(getpid(), None))
            opened.callback(owner.release)
        mark.set()
        targets = opened.enter_context(_targets(settings))
        if restorer.is_empty(description, targets.database):
            deed = _deed("backup.restore", backup, description)
            restorer.restore(backup, description, targets, deed, done=done)
        mark.remove()
    return description


def _deed(action: str, backup: Path, description: Description) -> Deed:
    """What the audit log tells: the hash of its hashes says which backup it is."""
    about = {
        "backup": layout.hash_of(backup / layout.SUMS),
        "documents": description.n_documents,
        "pages": description.n_pages,
    }
    return Deed(action, LOCAL, about=about)


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Database, Points]]:
    if settings.database_url is None and not (settings.data / "postgres").is_dir():
        raise InvalidRequest(f"nothing is kept in {settings.data}; name another --data folder")
    with ExitStack() as opened:
        points = opened.enter_context(_points(settings))
        yield opened.enter_context(closing(parts.database(settings))), points


def _sources(settings: Settings, database: Database, points: Points) -> Sources:
    return Sources(
        database.conninfo,
        points,
        parts.blobs(settings),
        version("pagesight"),
        _made_with(),
        settings.min_free_bytes,
    )


@contextmanager
def _points(settings: Settings) -> Iterator[Points]:
    """Open the vector store, or reach the process that has it open."""
    owner = find_owner(settings.data) if settings.vectors == "edge" else None
    with ExitStack() as opened:
        if owner is not None and owner.url is not None:
            yield opened.enter_context(closing(OwnedPoints(owner.url, owner.secret)))
            return
        if settings.vectors == "edge":
            ownership = Ownership.take(settings.data, Owner(getpid(), None))
            opened.callback(ownership.release)
        yield StorePoints(opened.enter_context(closing(parts.vector_store(settings))))


@contextmanager
def _targets(settings: Settings) -> Iterator[Targets]:
    with (
        closing(_unmigrated(settings)) as database,
        closing(parts.vector_store(settings)) as vectors,
    ):
        yield Targets(database, vectors, parts.blobs(settings))


def _check_folders(settings: Settings) -> None:
    """Do nothing where the data folder holds nothing of what is kept in it."""
    embedded = {
        "postgres": settings.database_url is None,
        "vectors": settings.vectors == "edge",
        "blobs": settings.blobs == "local",
    }
    for name, is_used in embedded.items():
        path = settings.data / name
        if is_used and path.is_dir() and any(path.iterdir()):
            raise NotEmpty(f"{settings.data} is in use already; restore into a new --data folder")


def _check_servers(settings: Settings, description: Description) -> None:
    """Do nothing where the servers that the settings name hold nothing of ours."""
    if settings.database_url is not None:
        with closing(_unmigrated(settings)) as database:
            if not restorer.is_empty(description, database):
                raise NotEmpty("the database holds what is in this backup already")
    if settings.vectors != "edge":
        with closing(parts.vector_store(settings)) as vectors:
            restorer.check_stores(description, vectors)


def _check_room(settings: Settings, description: Description) -> None:
    """Do nothing where the disk has room; rows take twice as much in a vector store.

    Raises:
        StorageFull: it has not.
    """
    room = settings.min_free_bytes + 2 * description.n_bytes
    check_disk(there_now(settings.data), room)


def _check_encoders(settings: Settings, description: Description, encoder: Encoder | None) -> None:
    """Do nothing where the models here are those that every index was built with."""
    if not description.collections:
        return
    with closing(parts.shelf(settings, encoder)) as shelf:
        for collection in description.collections:
            check_manifest(settings, shelf, collection.name, collection.index)


def _unmigrated(settings: Settings) -> Database:
    """Open the database as it is: the backup's schema may be an earlier one."""
    folder = settings.data / "postgres"
    silence_s = settings.database_silence_s
    return Database.open(settings.database_url, folder=folder, migrate=False, silence_s=silence_s)


def _made_with() -> dict[str, str]:
    return {"qdrant-edge": version("qdrant-edge-py"), "qdrant-client": version("qdrant-client")}
