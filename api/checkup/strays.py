"""What is kept and belongs to nobody: points, stores, bytes, files."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from api.checkup.bodies import Finding
from api.checkup.subject import Kept, Subject
from index.blobs.base import ListedBlob
from index.catalog.entries import Layer
from index.errors import BlobNotFound
from ingest.ahead import chunked
from ingest.sweeping import OLD

BLOBS_AT_ONCE = 500
OUR_STORE = re.compile(r".+-\d+(-words)?")


def check_generations(kept: Kept, collection: str, layer: Layer) -> Iterator[Finding]:
    """Find points of generations that the catalog does not know, or has nothing stored for."""
    strange = _strange_generations(kept, layer)
    if not strange:
        return
    for generation, n_points in _strange_generations(kept, layer).items():
        if generation in strange:  # else it was being collected
            told = f"{layer.store} has {n_points} points of generation {generation}"
            yield Subject(collection).finding("point_phantom", told)


def check_stores(kept: Kept) -> Iterator[Finding]:
    """Find stores that no collection has rows in."""
    present = kept.vectors.collections()
    strange = {name for name in present if OUR_STORE.fullmatch(name)}
    strange -= kept.inventory.stores()
    for store in sorted(strange.intersection(kept.vectors.collections())):
        yield Subject().finding("store_unknown", f"the store {store}")


def check_blobs(kept: Kept, grace: timedelta) -> Iterator[Finding]:
    """Find bytes that nothing refers to."""
    before = datetime.now(UTC) - grace
    for some in chunked(kept.blobs.listed(), BLOBS_AT_ONCE):
        for blob in _orphans(kept, [one for one in some if one.stored_at <= before]):
            told = f"{blob.n_bytes} bytes, {blob.sha256}, since {blob.stored_at:%Y-%m-%d %H:%M}"
            yield Subject().finding("blob_orphaned", told)


def check_files(kept: Kept) -> Iterator[Finding]:
    """Find temporary files that a killed process has left."""
    for path in kept.blobs.left_behind(datetime.now(UTC) - OLD):
        yield Subject().finding("file_left", str(path))


def _strange_generations(kept: Kept, layer: Layer) -> dict[object, int]:
    found = kept.vectors.generations(layer.store)
    known = kept.inventory.holding([*found])
    return {generation: n for generation, n in found.items() if generation not in known}


def _orphans(kept: Kept, some: Sequence[ListedBlob]) -> Iterator[ListedBlob]:
    known = kept.inventory.referenced([blob.sha256 for blob in some])
    for blob in some:
        if blob.sha256 not in known and _is_there(kept, blob.sha256):
            yield blob


def _is_there(kept: Kept, sha256: str) -> bool:
    """Tell whether a blob is still there, damaged or not: it was being collected, else."""
    try:
        with kept.blobs.file(sha256):
            return True
    except BlobNotFound as error:
        return "damaged" in str(error)
