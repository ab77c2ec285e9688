"""A sidecar's folder: appended to, opened again, never trusted over the vector store.

An append writes and syncs the data first and adds the journal's line after, so that a crash leaves
at most bytes that nothing refers to; the next append writes over them. Opening reads the journal up
to the first line that is torn, damaged or of another version, and keeps the generations whose bytes
have the right checksums. What is missing then is read from the vector store again.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.errors import StorageFull
from index.records import Rows
from retrieval.int8.packing import GROUP, PackedPages, group_bytes
from retrieval.sidecar.layout import PLACE, Entry, Sizes, lay_out
from retrieval.sidecar.view import SidecarView, Slots, Table, ends

FORMAT = 1
NAMES = ("rows.int8", "pooled.int8", "rows.float16", "places.u16")
JOURNAL = "journal"
CHUNK_BYTES = 1 << 24
APPEND_PAGES = 16  # that are in memory at once
MIN_DEAD_BYTES = 64 << 20  # below this, clearing up is not worth it


class _Held(NamedTuple):
    entry: Entry
    context: int  # its first slot


class SidecarFolder:
    """One collection's sidecar. Its caller sees to it that one thread at a time changes it.

    Where another process holds the folder, a temporary one beside it is used instead.

    Args:
        folder: made when it is missing.
        dim: length of a row.

    Attributes:
        view: what a search sees.
    """

    def __init__(self, folder: Path, *, dim: int) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _take(folder.with_name(f"{folder.name}.lock"))
        self._folder = folder if self._lock else Path(tempfile.mkdtemp(dir=folder.parent))
        self._dim = dim
        self._held: dict[UUID, _Held] = {}
        self._end = Sizes()
        self._begin()

    def append(self, generation: UUID, pages: Iterable[tuple[int, Rows]]) -> None:
        """Add a generation, a few pages at a time: its context as page 0, and its pages in order.

        Raises:
            StorageFull: there is no room for it; nothing has changed.
        """
        entry, items = Entry.nothing(generation), iter(pages)
        while chunk := list(islice(items, APPEND_PAGES)):
            at = self._end.plus(entry.sizes)
            entry, parts = lay_out(chunk, entry)
            self._write(NAMES, parts, at)
        self._note(entry)
        self.view = self._seen()

    def keep_only(self, live: set[UUID], *, min_dead_bytes: int = MIN_DEAD_BYTES) -> None:
        """Forget every other generation; clear up when most of the bytes are of none."""
        if self._held.keys() <= live:
            return
        self._held = {g: held for g, held in self._held.items() if g in live}
        used = sum(sum(held.entry.sizes) for held in self._held.values())
        if sum(self._end) - used > max(used, min_dead_bytes):
            self._clear_up()
        self.view = self._seen()

    def close(self) -> None:
        """Let the next process have the folder; twice equals once."""
        if self._lock is None:
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            self._lock.close()

    def remove(self) -> None:
        """Close it and delete its files."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self.close()

    def _begin(self) -> None:
        """Take in what the folder holds."""
        self._folder.mkdir(exist_ok=True)
        self._held, self._end = {}, Sizes()
        self._tables = [Table.of(Entry.nothing(UUID(int=0)))]
        self._n_slots = 0
        self._read_journal()
        self.view = self._seen()

    def _read_journal(self) -> None:
        journal, header = self._folder / JOURNAL, self._header()
        lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
        if not lines or lines[0] != header:
            _write(journal, header, at=0)
            _sync(journal)
            lines = []
        self._journal_end = len(header)
        for line in lines[1:]:
            entry = Entry.from_line(line)
            if entry is None or not self._is_intact(entry):
                break
            self._hold(entry, line)

    def _is_intact(self, entry: Entry) -> bool:
        return all(
            _checksum(self._folder / name, first, size) == checksum
            for name, first, size, checksum in zip(
                NAMES, self._end, entry.sizes, entry.checksums, strict=True
            )
        )

    def _hold(self, entry: Entry, line: bytes) -> None:
        table = Table.of(entry)
        self._held[entry.generation] = _Held(entry, self._n_slots)
        self._tables.append(table)
        self._n_slots += len(table)
        self._end = self._end.plus(entry.sizes)
        self._journal_end += len(line)

    def _header(self) -> bytes:
        told = {"format": FORMAT, "group": GROUP, "dim": self._dim}
        return json.dumps(told).encode() + b"\n"

    def _note(self, entry: Entry) -> None:
        """See a generation's bytes onto the disk and add it to the journal."""
        line = entry.to_line()
        for name in NAMES:
            _sync(self._folder / name)
        self._write([JOURNAL], [line], [self._journal_end])
        _sync(self._folder / JOURNAL)
        self._hold(entry, line)

    def _write(
        self, names: Sequence[str], contents: Sequence[bytes], starts: Sequence[int]
    ) -> None:
        try:
            for name, content, start in zip(names, contents, starts, strict=True):
                _write(self._folder / name, content, at=start)
        except OSError as error:
            raise StorageFull(f"no room for the rows that scoring reads: {error}") from error

    def _clear_up(self) -> None:
        """Write what is held into new files, which take the place of these."""
        old, held = self._seen(), self._held
        fresh = SidecarFolder(self._folder.with_name(f"{self._folder.name}.new"), dim=self._dim)
        for generation, one in held.items():
            slots = range(one.context, one.context + len(one.entry.pages))
            fresh.append(generation, ((int(old.page[slot]), old.page_rows(slot)) for slot in slots))
        fresh.close()
        self._folder.with_name(f"{self._folder.name}.new.lock").unlink()
        shutil.rmtree(self._folder)
        fresh._folder.rename(self._folder)
        self._begin()

    def _seen(self) -> SidecarView:
        self._tables = [Table.joined(self._tables)]
        (table,) = self._tables
        rows, few, exact, places = (
            _mapped(self._folder / name, size) for name, size in zip(NAMES, self._end, strict=True)
        )
        return SidecarView(
            page=table.page,
            slots={
                generation: Slots(held.context, len(held.entry.pages) - 1)
                for generation, held in self._held.items()
            },
            rows=self._packed(rows, table.n_groups, table.scale),
            pooled=self._packed(few, table.n_pooled, table.pooled_scale),
            exact=exact.view("<f2").reshape(-1, self._dim),
            places=places.view(PLACE),
            offsets=ends(table.n_rows),
        )

    def _packed(
        self, groups: NDArray[np.uint8], counts: NDArray[np.int64], scales: NDArray[np.float32]
    ) -> PackedPages:
        shaped = groups.reshape(-1, group_bytes(self._dim))
        return PackedPages(self._dim, shaped, ends(counts), scales)


def _take(lock: Path) -> IO[Any] | None:
    """Lock a file for as long as it is open; None when another process has."""
    file = lock.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _write(path: Path, content: bytes, *, at: int) -> None:
    """Write at a place, and cut off what was behind."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(content)


def _sync(path: Path) -> None:
    """See a file's bytes onto the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _checksum(path: Path, start: int, size: int) -> int:
    """Return the crc32 of some bytes of a file; that of nothing where the file is missing."""
    found = 0
    if path.exists():
        with path.open("rb") as file:
            file.seek(start)
            while size > 0 and (chunk := file.read(min(size, CHUNK_BYTES))):
                found, size = crc32(chunk, found), size - len(chunk)
    return found if size == 0 else -1


def _mapped(path: Path, size: int) -> NDArray[np.uint8]:
    if size == 0:
        return np.empty(0, np.uint8)
    return np.memmap(path, np.uint8, mode="r", shape=(size,))
