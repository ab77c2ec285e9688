"""The rows of a generation kept as blobs, for servers that score them elsewhere.

They are read back from the vector store, once for all servers, when everything is in it: what a
segment has is what was stored, whichever attempts and workers stored it.
"""

import sys
from collections.abc import Iterator, Sequence
from uuid import UUID

from index.catalog.entries import Layer
from index.errors import PageNotFound
from index.segments import NumberedRows, Whose, write_segment
from index.vectors.base import CONTEXT_PAGE
from ingest.stores import Stores
from ingest.work import Kept


class Segmenter:
    """Keeps segments of generations that are complete.

    Args:
        stores: where rows come from, and segments go.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def keep(self, layers: Sequence[Layer], kept: Kept) -> None:
        """Keep the rows of each layer as a blob and note it; twice equals once.

        Where none is to be kept, that of an earlier attempt is forgotten, which may have had other
        rows. Nothing is noted of a generation that is not in its state any more.

        Raises:
            Unavailable: a store does not answer.
        """
        for layer in layers:
            self._note(layer, kept, self._put(layer, kept.generation))

    def _put(self, layer: Layer, generation: UUID) -> str | None:
        """Store a segment while nothing is held, for it takes long; nothing refers to it yet."""
        if not self._stores.keeps_segments:
            return None
        whose = Whose.of(generation, layer.manifest)
        segment = write_segment(whose, self._rows(layer, generation))
        try:
            return self._stores.blobs.put_stream(segment, max_bytes=sys.maxsize).sha256
        except PageNotFound:  # the generation is being collected
            return None

    def _rows(self, layer: Layer, generation: UUID) -> Iterator[NumberedRows]:
        pages = self._stores.catalog.pages(generation)
        readable = [page.number for page in pages if page.failure is None]
        keys = [(generation, number) for number in (CONTEXT_PAGE, *readable)]
        for point in self._stores.vectors.read_points(layer.store, keys):
            yield point.page, point.rows

    def _note(self, layer: Layer, kept: Kept, sha256: str | None) -> None:
        stores = self._stores
        held = stores.garbage.hold(kept.generation, state=kept.state, lease=kept.lease)
        with held as hold:
            if not hold:
                return
            if sha256 and stores.blobs.has(sha256):  # else it was swept meanwhile
                stores.segments.note(layer.store, kept.generation, sha256)
            else:
                stores.segments.forget(layer.store, kept.generation)
