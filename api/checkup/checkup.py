"""The checkup: everything that the catalog says is kept, compared with what is there.

It may be made while the service works. What changes under its eyes is looked at again before it is
told; only a few pages are in memory at a time.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from api import parts
from api.checkup.bodies import Checked, Finding
from api.checkup.pages import check_bytes, check_numbers, check_segments, count_bytes
from api.checkup.points import check_points
from api.checkup.strays import check_blobs, check_files, check_generations, check_stores
from api.checkup.subject import Kept, Subject
from api.service import Service
from index.catalog.entries import StoredPage
from index.catalog.inventory import KeptGeneration, KeptIndex
from index.errors import VectorStoreUnavailable

Told = Finding | Checked


class Checkup:
    """Looks at everything once.

    Args:
        kept: where it lies.
        grace: how long what nothing refers to, and nobody works on, is let alone.
    """

    def __init__(self, kept: Kept, *, grace: timedelta) -> None:
        self._kept = kept
        self._grace = grace
        self._checked = Checked()

    @classmethod
    def of(cls, service: Service, *, grace: timedelta) -> "Checkup":
        """Return the checkup of a service."""
        scored_by_store = parts.scorer(service.settings) == "qdrant"
        return cls(
            Kept(
                service.inventory,
                service.catalog,
                service.vectors,
                service.blobs,
                None if scored_by_store else service.scoring,
            ),
            grace=grace,
        )

    def run(self) -> Iterator[Told]:
        """Yield each finding, and now and then how much was looked at; that is the last, too.

        Raises:
            Unavailable: the database, the vector store or the place for blobs does not answer.
        """
        for told in self._everything():
            if isinstance(told, Finding):
                self._count(findings=1)
            yield told
        yield self._checked

    def _everything(self) -> Iterator[Told]:
        yield from self._check_catalog()
        indexes = self._kept.inventory.indexes()
        for collection in dict.fromkeys(index.collection for index in indexes):
            mine = [index for index in indexes if index.collection == collection]
            yield from self._check_collection(collection, mine)
        yield from check_stores(self._kept)
        yield from check_blobs(self._kept, self._grace)
        yield from check_files(self._kept)

    def _check_catalog(self) -> Iterator[Finding]:
        inventory = self._kept.inventory
        for one in inventory.contradictions():
            yield Subject(one.collection, one.document).finding("contradiction", one.told)
        for lost in inventory.lost_work(self._grace):
            told = f"{lost.told} is open, and no live worker has it"
            yield Subject(lost.collection, lost.document).finding("lost_work", told)

    def _check_collection(self, collection: str, indexes: Sequence[KeptIndex]) -> Iterator[Told]:
        sound = []
        for index in filter(self._is_made, indexes):
            found = list(self._check_index(index))
            yield from found
            sound += [] if any(one.kind == "store_lost" for one in found) else [index]
        for generation in self._kept.inventory.generations(collection):
            yield from self._check_generation(generation, sound)
        yield self._count(collections=1)

    def _is_made(self, index: KeptIndex) -> bool:
        """Tell whether an index must be there, or is: its store is made when its filling begins."""
        stores = {layer.store for layer in index.layers}
        return index.was_filled or stores.issubset(self._kept.vectors.collections())

    def _check_index(self, index: KeptIndex) -> Iterator[Finding]:
        """Find stores that are gone or cannot be opened, and points in them that are nobody's."""
        subject, present = Subject(index.collection), self._kept.vectors.collections()
        for layer in index.layers:
            if layer.store not in present:
                yield from self._lost_store(subject, index, f"the store {layer.store} is gone")
                continue
            try:
                yield from check_generations(self._kept, index.collection, layer)
            except VectorStoreUnavailable as error:
                self._kept.vectors.check()  # else nothing answers, and nothing can be found
                yield from self._lost_store(subject, index, str(error))

    def _lost_store(self, subject: Subject, index: KeptIndex, told: str) -> Iterator[Finding]:
        """Find a store lost, unless its index was dropped while it was looked for."""
        if index in self._kept.inventory.indexes():
            yield subject.finding("store_lost", told)

    def _check_generation(
        self, generation: KeptGeneration, indexes: Sequence[KeptIndex]
    ) -> Iterator[Told]:
        """Check a generation; what is found holds only if it has not changed meanwhile."""
        if generation.state == "dead":
            return
        pages = self._kept.catalog.pages(generation.id)
        subject = Subject(generation.collection, generation.document)
        segments = self._kept.inventory.segments(generation.id)
        found = list(check_bytes(subject, generation, pages, self._kept.blobs))
        found += check_segments(subject, segments, self._kept.blobs)
        if generation.state == "live":
            found += check_numbers(subject, generation, pages)
            found += self._check_indexes(subject, generation, pages, indexes)
        if self._kept.inventory.state(generation.id) == generation.state:
            yield from found
        is_live = generation.state == "live"
        yield self._count(
            documents=int(is_live),
            pages=len(pages) if is_live else 0,
            blobs=count_bytes(generation, pages, segments),
        )

    def _check_indexes(
        self,
        subject: Subject,
        generation: KeptGeneration,
        pages: Sequence[StoredPage],
        indexes: Sequence[KeptIndex],
    ) -> Iterator[Finding]:
        for index in indexes:
            found = list(check_points(subject, self._kept, index, generation, pages))
            if found and index in self._kept.inventory.indexes():
                yield from found

    def _count(self, **more: int) -> Checked:
        """Add to what was looked at."""
        added = {name: getattr(self._checked, name) + n for name, n in more.items()}
        self._checked = self._checked.model_copy(update=added)
        return self._checked
