"""The JSON of erasures: what is to be gone, and the receipt that it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas import NAMED_PATTERN, Body, RequestBody
from index.catalog.entries import Remain

DatabaseErased = Literal["whole", "tables"]


class NewErasure(RequestBody):
    """What is to be erased: all that was deleted, or what was deleted of one collection."""

    collection: str | None = Field(
        None, pattern=NAMED_PATTERN, description="only what was deleted of it"
    )
    documents: list[str] = Field(
        default_factory=list, max_length=1000, description="to be deleted first; of `collection`"
    )


class ErasedBody(Body):
    """A version of a document whose bytes are gone."""

    collection: str = Field(description="its full name")
    document: str
    sha256: str = Field(description="of the original")
    pages: int = Field(description="points that it had in the vector store")
    files: int = Field(description="original, page images and words that went with it")
    deleted_at: datetime


class ErasureBody(Body):
    """The receipt of an erasure."""

    erased: list[ErasedBody]
    database: DatabaseErased = Field(
        description="`tables`: the write-ahead log of the PostgreSQL that a URL names is its "
        "owner's to remove"
    )
    line: int = Field(description="number of the audit log's line that says the same")
    digest: str = Field(description="of that line; keep it elsewhere to prove the log by")


def erased_bodies(gone: Iterable[Remain]) -> list[ErasedBody]:
    """Show what is gone: the bytes of a document once, however often they were worked on."""
    by_original: dict[tuple[str, str, str], list[Remain]] = {}
    for one in gone:
        original = (one.collection, str(one.document), one.sha256)
        by_original.setdefault(original, []).append(one)
    return [
        ErasedBody(
            collection=collection,
            document=document,
            sha256=sha256,
            pages=sum(one.n_points for one in of_it),
            files=sum(one.n_blobs for one in of_it),
            deleted_at=max(one.deleted_at for one in of_it),
        )
        for (collection, document, sha256), of_it in by_original.items()
    ]
