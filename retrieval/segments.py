"""Rows read from the segments that workers keep in the blob store."""

import hashlib
from collections.abc import Iterator, Sequence
from uuid import UUID

from index.blobs.base import Blobs, check_hash
from index.catalog.entries import Layer
from index.catalog.segments import Segments
from index.segments import NumberedRows, Whose, read_segment


class SegmentReader:
    """Reads segments, each checked before anything in it is believed.

    Args:
        noted: which there are.
        blobs: where they lie.
    """

    def __init__(self, noted: Segments, blobs: Blobs) -> None:
        self._noted = noted
        self._blobs = blobs

    def of(self, layer: Layer, generations: Sequence[UUID]) -> dict[UUID, Iterator[NumberedRows]]:
        """Return what reads the segments of those of some generations that have one."""
        noted = self._noted.known(layer.store, generations)
        return {one: self.read(layer, one, sha256) for one, sha256 in noted.items()}

    def read(self, layer: Layer, generation: UUID, sha256: str) -> Iterator[NumberedRows]:
        """Yield each page of a generation and its rows, as the vector store does.

        Raises:
            BlobNotFound: it is gone, has changed, or is not that of the generation.
            BlobStoreUnavailable: the place of blobs does not answer.
        """
        with self._blobs.file(sha256) as path, path.open("rb") as file:
            check_hash(sha256, hashlib.file_digest(file, "sha256").hexdigest())
            file.seek(0)
            yield from read_segment(Whose.of(generation, layer.manifest), file)
