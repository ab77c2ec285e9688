"""Erasing: what was deleted is made to be gone from every file that we write.

A delete takes documents out of every read at once and collects their points and files. Its bytes
stay where a database keeps what it does not need any more. An erasure writes all of that anew, from
what is live: vectors into a fresh store that takes the place of the old one, the sidecar with it,
the catalog's tables, the write-ahead log. Readers go on meanwhile. Interrupted at any point, it
leaves what was there, and done again it ends the same.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from api.audit.deeds import deed_of
from api.callers.access import Access
from api.erasure.bodies import DatabaseErased, ErasureBody, erased_bodies
from api.service import Service
from index.catalog.entries import Collection, Layer, Rebuild, Remain, layers_of
from index.catalog.leases import OPEN_STATES
from index.catalog.remains import Remains
from index.catalog.renewals import Renewals
from index.catalog.scrubbing import Scrubber
from index.errors import CollectionNotFound, DocumentNotFound, IndexIncomplete, RebuildBusy
from index.faults import fault_point


class Erasing:
    """Erases what was deleted.

    Args:
        service: whose files.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        engine = service.database.engine
        self._is_embedded = service.settings.database_url is None
        self._remains = Remains(engine)
        self._renewals = Renewals(engine)
        self._scrubber = Scrubber(engine, is_embedded=self._is_embedded)

    def erase(
        self,
        access: Access,
        collection: str | None = None,
        documents: Sequence[UUID] = (),
        *,
        request: str = "",
        who: str | None = None,
    ) -> ErasureBody:
        """Delete some documents, and erase what was deleted of a collection, or of all.

        Args:
            access: who asks; nobody erases another tenant's.
            collection: full name; it may have been deleted itself.
            documents: of that collection, to be deleted first.
            request: id of the request.
            who: instead of the name that the audit log has for who asks.

        Raises:
            DocumentNotFound: the collection has no such document, and had none.
            CollectionNotFound: there is no such collection, and nothing left of one.
            RebuildBusy: its index is being rebuilt, or was meanwhile.
            ErasureBusy: something is being erased already.
        """
        with self._remains.alone():
            for document in documents:
                self._delete(collection or "", document)
            gone = self._erase(access, collection)
            erased = erased_bodies(gone)
            about = {"erased": [one.model_dump(mode="json") for one in erased]}
            named = {"collection": collection} if collection else {}
            deed = deed_of(access, "document.erase", named | about, request=request, who=who)
            line = self._remains.settle(gone, deed)
        database: DatabaseErased = "whole" if self._is_embedded else "tables"
        return ErasureBody(erased=erased, database=database, line=line.number, digest=line.digest)

    def _erase(self, access: Access, collection: str | None) -> list[Remain]:
        self._service.indexer.collector.collect()
        self._service.sweeper.sweep(older_than=timedelta(0))
        gone = [one for one in self._remains.list() if _is_meant(one, access, collection)]
        for name in self._to_renew(collection, gone):
            self._renew(self._service.catalog.collection(name))
        fault_point("erase.stores_renewed")
        self._scrubber.scrub({one.document for one in gone})
        fault_point("erase.database_scrubbed")
        return gone

    def _delete(self, collection: str, document: UUID) -> None:
        """Delete a document; one that was deleted before is fine."""
        try:
            self._service.delete_document(collection, document)
        except DocumentNotFound:
            known = {(one.collection, one.document) for one in self._remains.list()}
            if (collection, document) not in known:
                raise

    def _to_renew(self, collection: str | None, gone: Sequence[Remain]) -> list[str]:
        """Return the collections whose stores hold what was deleted, as far as they are there."""
        known = {one.name for one in self._service.catalog.collections()}
        wanted = {one.collection for one in gone} | ({collection} if collection else set())
        if collection and collection not in known and not gone:
            raise CollectionNotFound(f"no collection {collection!r}, and nothing is left of one")
        return sorted(wanted & known)

    def _renew(self, collection: Collection) -> None:
        """Put what is live into a fresh store, let it answer, and drop the one that did."""
        self._make_room(collection.name)
        renewal = self._renewals.begin(collection)
        fresh = layers_of(renewal.store, renewal.manifest)
        with self._renewals.hold(renewal):
            for layer in fresh:
                self._service.vectors.create(
                    layer.store, dim=layer.manifest.dim, pooled=layer.manifest.pooled
                )
        fault_point("erase.store_made")
        while (answered := self._renewals.switch(renewal)) is None:
            self._copy_all(collection, fresh)
        fault_point("erase.switched")
        self._drop(answered)

    def _make_room(self, collection: str) -> None:
        """Drop the index beside the one that answers: what was deleted lies in it, too."""
        beside = self._service.stores.rebuilds.find(collection)
        if beside is None:
            return
        if beside.state in OPEN_STATES:
            raise RebuildBusy(
                f"the index of {collection!r} is being rebuilt; erase when it is done, or forget it"
            )
        self._service.rebuilds.forget(collection)

    def _copy_all(self, collection: Collection, fresh: Sequence[Layer]) -> None:
        for left in self._service.stores.fillings.unfilled(collection.name, fresh[0].store):
            self._service.blobs.check_room(self._service.settings.min_free_bytes)
            self._copy(collection.layers, fresh, left.generation)
            fault_point("erase.generation_copied")
        for layer in fresh:
            self._service.vectors.flush(layer.store)

    def _copy(self, layers: Sequence[Layer], fresh: Sequence[Layer], generation: UUID) -> None:
        vectors = self._service.vectors
        with self._service.garbage.hold(generation, state="live") as is_live:
            if not is_live:
                return
            for old, new in zip(layers, fresh, strict=True):
                vectors.copy_generation(old.store, new.store, generation)
                had, has = (vectors.count_pages(s, generation) for s in (old.store, new.store))
                if had != has:
                    raise IndexIncomplete(f"of {had} pages of {generation} {has} were copied")
            self._service.stores.fillings.note(fresh[0].store, generation, has, is_complete=True)

    def _drop(self, answered: Rebuild) -> None:
        for layer in layers_of(answered.store, answered.manifest):
            self._service.vectors.drop(layer.store)
            self._service.scoring.drop(layer.store)
        self._service.stores.rebuilds.forget(answered)


def _is_meant(remain: Remain, access: Access, collection: str | None) -> bool:
    is_named = collection in (None, remain.collection)
    return is_named and access.owns(remain.collection)
