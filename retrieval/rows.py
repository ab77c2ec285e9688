"""The rows of a collection's live pages, in memory, filled from the vector store when needed.

They are float32: turning half precision into it costs three times the scoring (121 us against 41
for a page of 357 x 192 rows). A cache and nothing more: what is live comes from the catalog at
every search, generations that are new are read from the store, those that are gone are dropped.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from index.errors import PageNotFound
from index.records import Rows
from index.vectors.base import CONTEXT_PAGE, VectorStore


@dataclass(frozen=True, slots=True)
class GenerationRows:
    """The pages of one generation.

    Attributes:
        context: the rows of the document's name and title.
        pages: page numbers, ascending.
        rows: each page's rows.
    """

    context: Rows
    pages: tuple[int, ...]
    rows: tuple[Rows, ...]


class RowCache:
    """Rows of the generations that were asked for last."""

    def __init__(self, vectors: VectorStore) -> None:
        self._store = vectors
        self._known: dict[str, dict[UUID, GenerationRows]] = {}
        self._answering: dict[str, str] = {}
        self._lock = threading.Lock()

    def rows(self, collection: str, generations: Sequence[UUID]) -> list[GenerationRows]:
        """Return the rows of each generation, reading what is not in memory yet.

        Raises:
            PageNotFound: a generation has been collected meanwhile.
        """
        with self._lock:
            known = self._known.setdefault(collection, {})
            for generation in generations:
                if generation not in known:
                    known[generation] = self._read(collection, generation)
            return [known[generation] for generation in generations]

    def keep_only(self, collection: str, generations: set[UUID]) -> None:
        """Drop every generation that is not live any more."""
        with self._lock:
            known = self._known.get(collection, {})
            self._known[collection] = {g: known[g] for g in known.keys() & generations}

    def turn_to(self, collection: str, store: str) -> None:
        """Drop the rows of the store that answered for a collection before this one."""
        with self._lock:
            before = self._answering.get(collection, store)
            self._answering[collection] = store
            if before != store:
                self._known.pop(before, None)

    def _read(self, collection: str, generation: UUID) -> GenerationRows:
        found = dict(self._store.read_rows(collection, generation))
        if CONTEXT_PAGE not in found:
            raise PageNotFound(f"generation {generation} is gone from the vector store")
        context = found.pop(CONTEXT_PAGE)
        pages = sorted(found)
        return GenerationRows(
            context=context, pages=tuple(pages), rows=tuple(found[page] for page in pages)
        )
