"""Whom a finding is about, and all that is looked at to come to one."""

from dataclasses import dataclass
from uuid import UUID

from api.checkup.bodies import MENDS, Finding, FindingKind
from index.blobs.base import Blobs
from index.catalog.catalog import Catalog
from index.catalog.inventory import Inventory
from index.vectors.base import VectorStore
from retrieval.scorer import Scoring


@dataclass(frozen=True, slots=True)
class Kept:
    """Where everything lies.

    Attributes:
        scoring: keeps copies of the rows to score them; None where the store itself scores.
    """

    inventory: Inventory
    catalog: Catalog
    vectors: VectorStore
    blobs: Blobs
    scoring: Scoring | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A document, a collection, or the service as a whole."""

    collection: str | None = None
    document: UUID | None = None

    def finding(self, kind: FindingKind, detail: str, *, page: int | None = None) -> Finding:
        """Return what was found about it."""
        return Finding(
            kind=kind,
            collection=self.collection,
            document=None if self.document is None else str(self.document),
            page=page,
            detail=detail,
            mend=MENDS[kind],
        )
