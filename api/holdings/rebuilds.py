"""Rebuilding a collection's index: begun, shown, taken back, given up."""

from dataclasses import dataclass

from api.holdings.holdings import Holdings
from index.catalog.catalog import Catalog
from index.catalog.entries import Collection, Rebuild, layers_of
from index.catalog.fillings import Fillings
from index.catalog.leases import OPEN_STATES
from index.catalog.rebuilds import RebuildLedger
from index.encoders.shelf import EncoderChoice
from index.errors import RebuildBusy, RebuildNotFound
from index.vectors.base import VectorStore


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """A collection, the index beside the one that answers, and how much of it is there.

    Attributes:
        pages_done: pages of the collection that the index beside holds.
        pages_total: pages of the collection.
    """

    collection: Collection
    rebuild: Rebuild
    pages_done: int
    pages_total: int


class Rebuilds:
    """Begins and ends rebuilds; the worker does them.

    Args:
        catalog: which index answers.
        ledger: the index beside it.
        fillings: how far that is filled.
        vectors: where both lie.
        holdings: what an index is made with here.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: RebuildLedger,
        fillings: Fillings,
        vectors: VectorStore,
        holdings: Holdings,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._fillings = fillings
        self._vectors = vectors
        self._holdings = holdings

    def begin(self, collection: str, encoder: EncoderChoice) -> RebuildProgress:
        """Begin to build an index with another encoder, or go on with the one that is begun.

        The index that answered before the last switch makes room for it.

        Raises:
            CollectionNotFound: no collection has that name.
            InvalidRequest: no such encoder, or it has no such rows.
            ModelRejected: its files or its rows are not what they must be.
            RebuildBusy: one with another encoder is open.
        """
        manifest = self._holdings.rebuilt(self._catalog.collection(collection), encoder)
        beside = self._ledger.find(collection)
        if beside is None:
            self._ledger.begin(collection, manifest)
        elif beside.state in OPEN_STATES:
            if beside.manifest != manifest:
                raise RebuildBusy(
                    f"collection {collection!r} is being rebuilt with {beside.manifest.encoder}; "
                    "wait for it, or forget it"
                )
        elif beside.state == "failed" and beside.manifest == manifest:
            self._ledger.resume(beside, is_rollback=beside.is_rollback)
        else:
            self._drop(beside)
            self._ledger.begin(collection, manifest)
        return self.show(collection)

    def show(self, collection: str) -> RebuildProgress:
        """Return how far a rebuild is.

        Raises:
            CollectionNotFound: no collection has that name.
            RebuildNotFound: none was begun, or it was forgotten.
        """
        found = self._catalog.collection(collection)
        beside = self._beside(collection)
        done, total = self._fillings.progress(collection, beside.store)
        return RebuildProgress(found, beside, done, total)

    def roll_back(self, collection: str) -> RebuildProgress:
        """Begin the way back to the index that answered before; it gets what it lacks first.

        Raises:
            RebuildNotFound: there is none.
            RebuildBusy: a rebuild is open, or failed before it ever answered.
            ManifestMismatch: this process cannot use it.
        """
        beside = self._beside(collection)
        is_open = beside.state in OPEN_STATES
        if beside.state != "done" and not beside.is_rollback:
            raise RebuildBusy(
                f"the rebuild of {collection!r} is {beside.state} and the old index still answers: "
                "there is nothing to go back to; forget the rebuild to end it"
            )
        if not is_open:
            self._holdings.check(collection, beside.manifest)
            self._ledger.resume(beside, is_rollback=True)
        return self.show(collection)

    def forget(self, collection: str) -> None:
        """Drop the index beside the one that answers, whether finished or not.

        Raises:
            CollectionNotFound: no collection has that name.
            RebuildNotFound: there is none.
        """
        self._catalog.collection(collection)
        self._drop(self._beside(collection))

    def _beside(self, collection: str) -> Rebuild:
        found = self._ledger.find(collection)
        if found is None:
            raise RebuildNotFound(f"collection {collection!r} has no other index; begin a reindex")
        return found

    def _drop(self, beside: Rebuild) -> None:
        self._ledger.condemn(beside)
        for layer in layers_of(beside.store, beside.manifest):
            self._vectors.drop(layer.store)
        self._ledger.forget(beside)
