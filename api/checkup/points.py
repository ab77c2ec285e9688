"""Whether an index holds exactly the pages that could be read, with rows that can be scored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zlib import crc32

from api.checkup.bodies import Finding, FindingKind
from api.checkup.subject import Kept, Subject
from index.catalog.entries import Layer, StoredPage
from index.catalog.inventory import KeptGeneration, KeptIndex
from index.errors import PageNotFound, StorageFull
from index.records import Rows, as_16_bit
from index.vectors.base import CONTEXT_PAGE, ExaminedPoint


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an index must hold of a generation, and what it may hold beside."""

    pages: set[int]
    may_hold: set[int]


@dataclass(slots=True)
class _Seen:
    """What a store holds of a generation: how often each page, and a checksum of its rows."""

    times: Counter[int] = field(default_factory=Counter)
    n_rows: dict[int, int] = field(default_factory=dict)
    checksums: dict[int, int] = field(default_factory=dict)


def check_points(
    subject: Subject,
    kept: Kept,
    index: KeptIndex,
    generation: KeptGeneration,
    pages: Sequence[StoredPage],
) -> Iterator[Finding]:
    """Find pages that an index lacks, has twice or too many, or has with unusable rows."""
    readable = [page for page in pages if page.failure is None]
    wanted = _wanted(kept, index, generation, [page.number for page in readable])
    findings: list[Finding] = []
    seen = {layer: _Seen() for layer in index.layers}
    for layer, of_layer in seen.items():
        findings += _examine(subject, kept, layer, generation.id, of_layer)
        findings += _compare(subject, layer, wanted, of_layer, is_answering=index.is_answering)
    yield from findings
    if not findings and index.is_answering:
        if not index.was_rebuilt:
            yield from _count_rows(subject, readable, [*seen.values()])
        for layer, of_layer in seen.items():
            yield from _check_sidecar(subject, kept, layer, generation.id, of_layer)


def _wanted(
    kept: Kept, index: KeptIndex, generation: KeptGeneration, readable: Sequence[int]
) -> _Wanted:
    done, is_complete = kept.inventory.noted(index, generation.id)
    everything = {CONTEXT_PAGE, *readable}
    return _Wanted(everything if is_complete else set(readable[:done]), everything)


def _examine(
    subject: Subject, kept: Kept, layer: Layer, generation: UUID, seen: _Seen
) -> Iterator[Finding]:
    """Look at every point of a generation, and note what is seen."""
    for point in kept.vectors.examine(layer.store, generation):
        fault = point.fault or _misfit(point, layer)
        if fault:
            told = f"in {layer.store}: {fault}"
            yield subject.finding("point_damaged", told, page=point.page)
        if point.page is not None:
            seen.times[point.page] += 1
        if point.page is not None and point.rows is not None:
            seen.checksums[point.page] = _checksum(point.rows)
            seen.n_rows[point.page] = len(point.rows)


def _misfit(point: ExaminedPoint, layer: Layer) -> str:
    """Say how sound rows do not fit into their index; nothing where they do."""
    rows, manifest = point.rows, layer.manifest
    if rows is not None and rows.dim != manifest.dim:
        return f"its rows have {rows.dim} values, those of the index {manifest.dim}"
    if manifest.pooled and rows and point.page != CONTEXT_PAGE and not point.n_pooled:
        return "it lacks its pooled rows, without which it is not found"
    return ""


def _compare(
    subject: Subject, layer: Layer, wanted: _Wanted, seen: _Seen, *, is_answering: bool
) -> Iterator[Finding]:
    lost: FindingKind = "point_lost" if is_answering else "note_wrong"
    for page in sorted(wanted.pages - seen.times.keys()):
        what = "the document's context" if page == CONTEXT_PAGE else "the page"
        yield subject.finding(lost, f"{what} is not in {layer.store}", page=page or None)
    for page in sorted(seen.times.keys() - wanted.may_hold):
        told = f"{layer.store} has rows of a page that could not be read or is not there"
        yield subject.finding("point_phantom", told, page=page)
    for page, times in sorted(seen.times.items()):
        if times > 1:
            told = f"{layer.store} has it {times} times"
            yield subject.finding("point_phantom", told, page=page or None)


def _count_rows(
    subject: Subject, readable: Sequence[StoredPage], layers: Sequence[_Seen]
) -> Iterator[Finding]:
    """Compare the number of rows with what was noted when the page was stored."""
    for page in readable:
        n_rows = sum(seen.n_rows[page.number] for seen in layers)
        if n_rows != page.n_rows:
            told = f"{page.n_rows} rows were stored, {n_rows} are there"
            yield subject.finding("rows_differ", told, page=page.number)


def _check_sidecar(
    subject: Subject, kept: Kept, layer: Layer, generation: UUID, seen: _Seen
) -> Iterator[Finding]:
    """Compare the copies that are scored with the rows of the store, from which they are made."""
    if kept.scoring is None:
        return
    for page, checksum in sorted(seen.checksums.items()):
        if page == CONTEXT_PAGE:
            continue
        try:
            copied = kept.scoring.page_rows(layer, generation, page)
        except (PageNotFound, StorageFull) as error:
            yield subject.finding("sidecar_differs", str(error), page=page)
            continue
        if _checksum(copied) != checksum:
            told = f"the rows that are scored are not those of {layer.store}"
            yield subject.finding("sidecar_differs", told, page=page)


def _checksum(rows: Rows) -> int:
    """Return a checksum of rows as sidecars keep them."""
    found = crc32(rows.vectors.astype("<f2").tobytes())
    return crc32(rows.kinds.tobytes(), crc32(as_16_bit(rows.boxes).tobytes(), found))
