"""Collections, documents and pages as readers see them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Uuid,
    any_,
    delete,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.copies import as_document, as_page, document_row, no_document, page_values
from index.catalog.entries import (
    Collection,
    Document,
    DocumentState,
    LiveDocument,
    StoredPage,
    Visibility,
    words_store,
)
from index.catalog.filters import DocumentFilter
from index.catalog.leases import OPEN_STATES
from index.catalog.schema import collections, documents, generations, jobs, pages, rebuilds
from index.errors import CollectionExists, CollectionNotFound, PageNotFound
from index.manifest import IndexManifest


class Catalog:
    """The reading side of the catalog, and the making and ending of what it lists."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create_collection(self, name: str, manifest: IndexManifest) -> Collection:
        """Create a collection, or return the one that is there with the same manifest.

        Pooled rows are no difference: whether an index must have them is told when it is opened.

        Raises:
            CollectionExists: one of that name was built with another manifest.
        """
        row = {"name": name, "store": f"{name}-1", "manifest": manifest.to_json()}
        with self._engine.begin() as connection:
            connection.execute(upsert(collections).values(row).on_conflict_do_nothing())
        found = self.collection(name)
        if replace(found.manifest, pooled=manifest.pooled) != manifest:
            raise CollectionExists(
                f"collection {name!r} exists with other settings; choose another name"
            )
        return found

    def collection(self, name: str) -> Collection:
        """Return a collection.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        with self._engine.connect() as connection:
            row = connection.execute(
                select(collections).where(collections.c.name == name)
            ).one_or_none()
        if row is None:
            raise CollectionNotFound(f"no collection {name!r}; create it or ingest into it first")
        return _collection(row)

    def collections(self) -> list[Collection]:
        """Return every collection by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(collections).order_by(collections.c.name)).all()
        return [_collection(row) for row in rows]

    def show_collection(self, name: str, visibility: Visibility) -> Collection:
        """Let other tenants read a collection, or no longer.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        with self._engine.begin() as connection:
            connection.execute(
                update(collections).where(collections.c.name == name).values(visibility=visibility)
            )
        return self.collection(name)

    def stores(self, name: str) -> list[str]:
        """Return the vector store's names of every index of a collection that is kept."""
        with self._engine.connect() as connection:
            return _stores(connection, name, rebuilds.c.state != "ending")

    def delete_collection(self, name: str) -> list[str]:
        """Forget a collection and all its documents; returns the stores to drop.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, name)
            stores = _stores(connection, name)
            connection.execute(delete(collections).where(collections.c.name == name))
        return stores

    def document(self, collection: str, document: UUID) -> Document:
        """Return a document.

        Raises:
            DocumentNotFound: the collection has no such document.
        """
        with self._engine.connect() as connection:
            return document_row(connection, collection, document)

    def documents(
        self,
        collection: str,
        only: DocumentFilter | None = None,
        *,
        state: DocumentState | None = None,
        limit: int = 100,
        after: UUID | None = None,
    ) -> list[Document]:
        """Return up to `limit` documents in order of id, those after `after` first.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        query = select(documents).where(documents.c.collection == collection)
        if only is not None:
            query = query.where(*only.conditions())
        if state is not None:
            query = query.where(documents.c.state == state)
        if after is not None:
            query = query.where(documents.c.id > after)
        with self._engine.connect() as connection:
            check_collection(connection, collection)
            rows = connection.execute(query.order_by(documents.c.id).limit(limit)).all()
        return [as_document(row) for row in rows]

    def delete_document(self, collection: str, document: UUID) -> None:
        """Take a document out of every read at once; its points and blobs are collected later.

        Raises:
            DocumentNotFound: the collection has no such document.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, collection)  # then jobs, generations, documents: as others
            connection.execute(
                update(jobs)
                .where(jobs.c.document == document, jobs.c.collection == collection)
                .where(jobs.c.state.in_(OPEN_STATES))
                .values(state="cancelled")
            )
            mine = generations.c.document == document, generations.c.collection == collection
            connection.execute(update(generations).where(*mine).values(state="dead"))
            found = connection.execute(
                delete(documents)
                .where(documents.c.id == document, documents.c.collection == collection)
                .returning(documents.c.id)
            ).one_or_none()
            if found is None:
                raise no_document(collection, document)
            raise_version(connection, collection)

    def live_documents(
        self, collection: str, only: DocumentFilter | None = None
    ) -> list[LiveDocument]:
        """Return the searchable documents, in order of id, that pass the filter."""
        query = (
            select(documents)
            .where(documents.c.collection == collection, documents.c.live_generation.is_not(None))
            .order_by(documents.c.id)
        )
        if only is not None:
            query = query.where(*only.conditions())
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [LiveDocument(r.id, r.live_generation, r.name, r.n_pages) for r in rows]

    def page(self, collection: str, document: UUID, number: int) -> StoredPage:
        """Return a page of the generation that readers see.

        Raises:
            DocumentNotFound: the collection has no such document.
            PageNotFound: the document has no such page, is not ready, or the page is unreadable.
        """
        found = self.document(collection, document)
        if found.generation is None:
            raise PageNotFound(f"document {found.name!r} has no pages yet: it is {found.state}")
        return self.generation_page(found.generation, number)

    def generation_page(self, generation: UUID, number: int) -> StoredPage:
        """Return a page of a generation that could be read.

        Raises:
            PageNotFound: there is no such page, or it could not be read.
        """
        with self._engine.connect() as connection:
            row = connection.execute(
                select(pages).where(pages.c.generation == generation, pages.c.number == number)
            ).one_or_none()
        if row is None:
            raise PageNotFound(f"the document has no page {number}")
        if row.image_sha256 is None:
            raise PageNotFound(f"page {number} could not be read: {row.error_message}")
        return as_page(row)

    def pages(self, generation: UUID, *, after: int = 0) -> list[StoredPage]:
        """Return the pages stored so far for a generation, in order, those behind `after`."""
        wanted = (pages.c.generation == generation, pages.c.number > after)
        with self._engine.connect() as connection:
            rows = connection.execute(select(pages).where(*wanted).order_by(pages.c.number)).all()
        return [as_page(row) for row in rows]

    def readable_pages(self, generations: Sequence[UUID]) -> dict[UUID, list[int]]:
        """Return the numbers, ascending, of the pages that could be read, by generation."""
        wanted = any_(literal(list(generations), ARRAY(Uuid)))  # one parameter, however many
        query = (
            select(pages.c.generation, pages.c.number)
            .where(pages.c.generation == wanted, pages.c.image_sha256.is_not(None))
            .order_by(pages.c.generation, pages.c.number)
        )
        found: dict[UUID, list[int]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.generation, []).append(row.number)
        return found

    def put_pages(self, generation: UUID, stored: Sequence[StoredPage]) -> None:
        """Note pages of a generation; noting one twice keeps the later."""
        rows = [page_values(generation, page) for page in stored]
        statement = upsert(pages)
        overwrite = {c.name: statement.excluded[c.name] for c in pages.c if not c.primary_key}
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["generation", "number"], set_=overwrite
                ),
                rows,
            )


def check_collection(connection: Connection, collection: str) -> None:
    """Do nothing where there is a collection of that name.

    Raises:
        CollectionNotFound: there is none.
    """
    query = select(collections.c.name).where(collections.c.name == collection)
    if connection.execute(query).one_or_none() is None:
        raise CollectionNotFound(f"no collection {collection!r}; create it first")


def lock_collection(connection: Connection, collection: str) -> str:
    """Serialise the writers of one collection; returns the store that answers.

    Raises:
        CollectionNotFound: no collection has that name.
    """
    store = connection.execute(
        select(collections.c.store).where(collections.c.name == collection).with_for_update()
    ).scalar_one_or_none()
    if store is None:
        raise CollectionNotFound(f"no collection {collection!r}; create it first")
    return str(store)


def raise_version(connection: Connection, collection: str) -> None:
    """Tell readers that what they may see has changed."""
    connection.execute(
        update(collections)
        .where(collections.c.name == collection)
        .values(version=collections.c.version + 1)
    )


def _stores(connection: Connection, name: str, *of_rebuilds: ColumnElement[bool]) -> list[str]:
    """Return the stores of a collection's indexes, from what is kept of their manifests."""
    indexes = union_all(
        select(collections.c.store, collections.c.manifest).where(collections.c.name == name),
        select(rebuilds.c.store, rebuilds.c.manifest).where(
            rebuilds.c.collection == name, *of_rebuilds
        ),
    )
    rows = connection.execute(indexes).all()
    words = [words_store(row.store) for row in rows if row.manifest.get("words")]
    return [*(row.store for row in rows), *words]


def _collection(row: Row[Any]) -> Collection:
    manifest = IndexManifest.from_json(row.manifest)
    return Collection(row.name, row.store, manifest, row.version, row.created_at, row.visibility)
