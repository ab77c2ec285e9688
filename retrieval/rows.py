"""Keeps each collection's sidecar in step with the vector store, which alone decides what is there.

What is live comes from the catalog at every search: generations that the sidecar lacks are read
from the store, those that are gone are forgotten. Where workers keep segments, which are the same
numbers, these are read instead.
"""

import logging
import re
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from uuid import UUID

from index.catalog.entries import Collection, Layer
from index.errors import BlobNotFound, PageNotFound
from index.records import Rows
from index.segments import NumberedRows
from index.vectors.base import CONTEXT_PAGE, VectorStore
from retrieval.segments import SegmentReader
from retrieval.sidecar.folder import SidecarFolder
from retrieval.sidecar.view import SidecarView

logger = logging.getLogger(__name__)


class RowKeeper:
    """The rows of live pages, ready to be scored.

    Args:
        vectors: where the rows come from.
        folder: of the sidecars, one for each layer of a collection.
        segments: where they come from instead, if workers keep any.
    """

    def __init__(
        self, vectors: VectorStore, folder: Path, segments: SegmentReader | None = None
    ) -> None:
        self._vectors = vectors
        self._folder = folder
        self._segments = segments
        self._open: dict[str, SidecarFolder] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()

    def view(self, layer: Layer, generations: Iterable[UUID]) -> SidecarView:
        """Return a view that holds these generations, reading what is not there yet.

        Raises:
            PageNotFound: a generation has been collected meanwhile.
            StorageFull: there is no room for what was read.
            Unavailable: the vector store or the place of segments does not answer.
        """
        with self._changing(layer.store):
            sidecar = self._sidecar(layer)
            lacking = [one for one in generations if one not in sidecar.view.slots]
            if lacking:
                self._fill(sidecar, layer, lacking)
            return sidecar.view

    def keep_only(self, layer: Layer, live: set[UUID]) -> None:
        """Forget every generation that is not live any more."""
        with self._changing(layer.store):
            self._sidecar(layer).keep_only(live)

    def drop(self, store: str) -> None:
        """Remove a layer's sidecar; twice equals once."""
        with self._changing(store):
            sidecar = self._open.pop(store, None)
            if sidecar is not None:
                sidecar.remove()
            for left in (store, f"{store}.new"):  # the second where a crash cut clearing up short
                shutil.rmtree(self._folder / left, ignore_errors=True)

    def stores(self, collection: Collection) -> list[str]:
        """Return the stores of a collection, of indexes that answered before too, in sidecars."""
        of_it = re.compile(rf"{re.escape(collection.name)}-\d+(-words)?")
        found = self._folder.glob(f"{collection.name}-*")
        return [one.name for one in found if one.is_dir() and of_it.fullmatch(one.name)]

    def keep_stores(self, collection: Collection) -> None:
        """Remove the sidecars of stores that answered for a collection before."""
        answering = {layer.store for layer in collection.layers}
        for store in self.stores(collection):
            if store not in answering:
                self.drop(store)

    def close(self) -> None:
        """Let go of every file; twice equals once."""
        for store in list(self._locks):
            with self._changing(store):
                sidecar = self._open.pop(store, None)
                if sidecar is not None:
                    sidecar.close()

    @contextmanager
    def _changing(self, store: str) -> Iterator[None]:
        """Let one thread at a time at a sidecar; the others' are free meanwhile."""
        with self._lock:
            mine = self._locks.setdefault(store, threading.RLock())
        with mine:
            yield

    def _sidecar(self, layer: Layer) -> SidecarFolder:
        if layer.store not in self._open:
            folder = self._folder / layer.store
            self._open[layer.store] = SidecarFolder(folder, dim=layer.manifest.dim)
        return self._open[layer.store]

    def _fill(self, sidecar: SidecarFolder, layer: Layer, lacking: Sequence[UUID]) -> None:
        """Read what a sidecar lacks, from segments as far as there are some."""
        segments = self._segments.of(layer, lacking) if self._segments else {}
        n_segments = 0
        for generation in lacking:
            if _append_segment(sidecar, generation, segments.get(generation)):
                n_segments += 1
            else:
                sidecar.append(generation, self._read(layer.store, generation))
        told = {"segments": n_segments, "from_store": len(lacking) - n_segments}
        logger.info("rows are read", extra={"store": layer.store, **told})

    def _read(self, store: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        pages = self._vectors.read_rows(store, generation)
        first = next(pages, None)
        if first is None or first[0] != CONTEXT_PAGE:
            raise PageNotFound(f"generation {generation} is gone from the vector store")
        return chain([first], pages)


def _append_segment(
    sidecar: SidecarFolder, generation: UUID, segment: Iterator[NumberedRows] | None
) -> bool:
    """Append a segment wholly or not at all, and tell which: the store has the same rows."""
    if segment is None:
        return False
    try:
        sidecar.append(generation, segment)
    except BlobNotFound as error:
        told = {"generation": str(generation), "why": str(error)}
        logger.warning("a segment is of no use; the vector store is read", extra=told)
        return False
    return True
