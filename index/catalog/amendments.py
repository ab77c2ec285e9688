"""What is said of a document, changed; and what a collection holds, counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select, update

from index.catalog.catalog import lock_collection, raise_version
from index.catalog.copies import document_row
from index.catalog.entries import Document, DocumentState
from index.catalog.schema import documents, generations


@dataclass(frozen=True, slots=True)
class Tally:
    """What a collection holds.

    Attributes:
        documents: how many are in each state; states of none are absent.
        n_pages: of those that are searchable.
    """

    documents: Mapping[DocumentState, int]
    n_pages: int

    @property
    def n_documents(self) -> int:
        """All of them, whatever their state."""
        return sum(self.documents.values())


class Amendments:
    """Changes what is said of documents, and counts them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def amend(
        self,
        collection: str,
        document: UUID,
        *,
        name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Document:
        """Give a document another name, other metadata, or both; None leaves what is there.

        Raises:
            CollectionNotFound: no collection has that name.
            DocumentNotFound: the collection has no such document.
        """
        said = {"name": name, "metadata": metadata}
        changed = {field: value for field, value in said.items() if value is not None}
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            document_row(connection, collection, document)
            if name is not None:  # what is being indexed must not bring the old one back
                connection.execute(
                    update(generations)
                    .where(generations.c.document == document, generations.c.state != "dead")
                    .values(name=name)
                )
            if changed:
                connection.execute(
                    update(documents).where(documents.c.id == document).values(changed)
                )
                raise_version(connection, collection)
            return document_row(connection, collection, document)

    def tally(self, collection: str) -> Tally:
        """Count a collection's documents by state, and their pages."""
        query = (
            select(documents.c.state, func.count(), func.sum(documents.c.n_pages))
            .where(documents.c.collection == collection)
            .group_by(documents.c.state)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return Tally(
            {state: count for state, count, _ in rows},
            sum(n_pages for _, _, n_pages in rows),
        )
