"""Mends what a checkup found, where that costs nothing that is kept.

Bytes that nothing refers to go as a worker would have them go. What an index lost is made anew, by
the same models, from the pages that are kept, in an index beside that takes its place once it is
whole. Everything else stays a finding, for a person to decide.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from api.checkup.bodies import Finding, FindingKind, Mended
from api.desk import LocalDesk
from api.schemas import NewReindex
from index.catalog.entries import Collection
from index.encoders.shelf import EncoderChoice
from index.errors import PagesightError

SWEPT: frozenset[FindingKind] = frozenset({"blob_orphaned", "file_left"})
REBUILT: frozenset[FindingKind] = frozenset(
    {"store_lost", "point_lost", "point_damaged", "point_phantom", "rows_differ"}
)
COPIED: frozenset[FindingKind] = frozenset({"sidecar_differs"})
WORKED: frozenset[FindingKind] = frozenset({"lost_work"})
# What a rebuild reads may be gone: it would fail, or give an index with less in it.
IN_THE_WAY: frozenset[FindingKind] = frozenset({"blob_lost", "page_lost", "contradiction"})


class Mender:
    """Mends what it can.

    Args:
        desk: does the work, and leaves lines in the audit log.
        grace: how long bytes that nothing refers to are let alone.
    """

    def __init__(self, desk: LocalDesk, *, grace: timedelta) -> None:
        self._desk = desk
        self._grace = grace

    def mend(self, findings: Sequence[Finding]) -> list[Mended]:
        """Return what was done about each finding that might be mended here.

        Raises:
            Unavailable: the database, the vector store or the place for blobs does not answer.
            BackupRunning: a backup may still need what nothing else refers to.
        """
        return [
            *self._swept([one for one in findings if one.kind in SWEPT]),
            *self._worked([one for one in findings if one.kind in WORKED]),
            *self._rebuilt(findings),
            *self._copied([one for one in findings if one.kind in COPIED]),
        ]

    def _swept(self, findings: Sequence[Finding]) -> list[Mended]:
        if findings:
            self._desk.service.sweeper.sweep(older_than=self._grace)
        return _told(findings, "removed: nothing referred to it")

    def _worked(self, findings: Sequence[Finding]) -> list[Mended]:
        if findings:
            self._desk.work()
        return _told(findings, "put back into the queue, and worked on until it ended")

    def _rebuilt(self, findings: Sequence[Finding]) -> list[Mended]:
        done: list[Mended] = []
        damaged = [one for one in findings if one.kind in REBUILT]
        for name in _collections(damaged):
            mine = [one for one in damaged if one.collection == name]
            reason = self._in_the_way(name, findings) or self._rebuild(name)
            told = "the index was made anew from the pages that are kept"
            done += _told(mine, reason or told, is_mended=not reason)
        return done

    def _in_the_way(self, name: str, findings: Sequence[Finding]) -> str:
        """Say why an index cannot be made anew without loss; nothing where it can."""
        if any(one.collection == name and one.kind in IN_THE_WAY for one in findings):
            return "left: pages that an index is made from are damaged; mend these first"
        service = self._desk.service
        if service.stores.rebuilds.find(name) is not None:
            return "left: an index is kept beside, which `pagesight reindex --forget` drops"
        found = service.catalog.collection(name)
        try:
            made_with = service.holdings.rebuilt(found, _choice(found))
        except PagesightError as error:
            return f"left: its models cannot be opened here: {error}"
        same = made_with == found.manifest
        return "" if same else "left: the models here are not those that it was built with"

    def _rebuild(self, name: str) -> str:
        """Build the index beside, and drop the damaged one once it does not answer any more."""
        choice = _choice(self._desk.service.catalog.collection(name))
        wanted = NewReindex(encoder=choice.name, rows=choice.rows, words=choice.words)
        self._desk.reindex(name, wanted)
        self._desk.work()
        found = self._desk.reindexed(name)
        if found.state != "done":
            told = found.error.message if found.error else f"it is {found.state}"
            return f"left: the index was not made anew: {told}"
        self._desk.forget_reindex(name)
        return ""

    def _copied(self, findings: Sequence[Finding]) -> list[Mended]:
        service = self._desk.service
        for name in _collections(findings):
            for layer in service.catalog.collection(name).layers:
                service.scoring.drop(layer.store)
        return _told(findings, "the copies are dropped: the next search makes them again")


def _choice(collection: Collection) -> EncoderChoice:
    """Return what a collection is indexed with, to be indexed so again."""
    manifest = collection.manifest
    return EncoderChoice(manifest.encoder, manifest.rows, words=manifest.words is not None)


def _collections(findings: Iterable[Finding]) -> list[str]:
    return [*dict.fromkeys(one.collection for one in findings if one.collection is not None)]


def _told(findings: Iterable[Finding], done: str, *, is_mended: bool = True) -> list[Mended]:
    return [Mended(finding=one, is_mended=is_mended, done=done) for one in findings]
