"""Files handed in: their bytes are kept first, then a document and a job tell of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.callers.access import Access
from api.callers.purse import Purse
from api.holdings.capacity import Capacity
from api.settings import Settings
from api.uploads import checked_metadata, display_name
from index.blobs.base import Blobs
from index.catalog.entries import Document, Job, Source
from index.catalog.intake import Intake
from index.errors import BlobStoreUnavailable
from index.faults import fault_point


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is being handed in.

    Attributes:
        name: what its sender calls it.
        chunks: its bytes.
        access: who hands it in, and pays.
    """

    name: str
    chunks: Iterable[bytes]
    access: Access


class Arrivals:
    """Takes files in.

    Args:
        settings: how big a file may be.
        blobs: where bytes are kept.
        intake: writes documents and jobs.
        purse: knows who may still hand something in today.
        capacity: whether more can be taken in.
    """

    def __init__(
        self, settings: Settings, blobs: Blobs, intake: Intake, purse: Purse, capacity: Capacity
    ) -> None:
        self._settings = settings
        self._blobs = blobs
        self._intake = intake
        self._purse = purse
        self._capacity = capacity

    def take(
        self, collection: str, arrival: Arrival, metadata: dict[str, Any]
    ) -> tuple[Document, Job | None]:
        """Take a document in; the job is None when the same bytes are there already.

        Raises:
            QuotaExceeded: who hands it in had as many pages indexed today as they may.
            CollectionNotFound: no collection has that name.
            InvalidRequest: the metadata is too big.
            TooLarge: the file is.
            EmptyDocument: the file holds no bytes.
            StorageFull: the disk is below its watermark.
            QueueFull: too many files wait already.
        """
        source, payer = self._keep(arrival), arrival.access.account
        with self._still_kept(source):
            accepted = self._intake.accept(collection, source, checked_metadata(metadata), payer)
        fault_point("upload.accepted")
        return accepted

    def replace(
        self, collection: str, document: UUID, arrival: Arrival
    ) -> tuple[Document, Job | None]:
        """Take new bytes for a document.

        Raises:
            DocumentNotFound: the collection has no such document.
            Conflict: another document holds these bytes, or this one is being indexed.
        """
        source, payer = self._keep(arrival), arrival.access.account
        with self._still_kept(source):
            accepted = self._intake.accept_replacement(collection, document, source, payer)
        fault_point("upload.accepted")
        return accepted

    def _keep(self, arrival: Arrival) -> Source:
        self._purse.check_pages(arrival.access)
        self._capacity.check()
        stored = self._blobs.put_stream(arrival.chunks, max_bytes=self._settings.max_bytes)
        fault_point("upload.stored")
        return Source(stored.sha256, display_name(arrival.name), stored.n_bytes)

    @contextmanager
    def _still_kept(self, source: Source) -> Iterator[None]:
        """Keep the bytes for as long as it takes to refer to them.

        Raises:
            BlobStoreUnavailable: the same bytes were deleted a moment ago, and these with them.
        """
        with self._intake.referring():
            if not self._blobs.has(source.sha256):
                told = "the same file was deleted at this moment; hand it in again"
                raise BlobStoreUnavailable(told)
            yield
