"""Keeps each collection's sidecar in step with the vector store, which alone decides what is there.

What is live comes from the catalog at every search: generations that the sidecar lacks are read
from the store, those that are gone are forgotten.
"""

import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from uuid import UUID

from index.catalog.entries import Collection, Layer
from index.errors import PageNotFound
from index.records import Rows
from index.vectors.base import CONTEXT_PAGE, VectorStore
from retrieval.sidecar.folder import SidecarFolder
from retrieval.sidecar.view import SidecarView


class RowKeeper:
    """The rows of live pages, ready to be scored.

    Args:
        vectors: where the rows come from.
        folder: of the sidecars, one for each layer of a collection.
    """

    def __init__(self, vectors: VectorStore, folder: Path) -> None:
        self._vectors = vectors
        self._folder = folder
        self._open: dict[str, SidecarFolder] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()

    def view(self, layer: Layer, generations: Iterable[UUID]) -> SidecarView:
        """Return a view that holds these generations, reading what is not there yet.

        Raises:
            PageNotFound: a generation has been collected meanwhile.
            StorageFull: there is no room for what was read.
            VectorStoreUnavailable: the store does not answer.
        """
        with self._changing(layer.store):
            sidecar = self._sidecar(layer)
            for generation in generations:
                if generation not in sidecar.view.slots:
                    sidecar.append(generation, self._read(layer.store, generation))
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

    def _read(self, store: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        pages = self._vectors.read_rows(store, generation)
        first = next(pages, None)
        if first is None or first[0] != CONTEXT_PAGE:
            raise PageNotFound(f"generation {generation} is gone from the vector store")
        return chain([first], pages)
