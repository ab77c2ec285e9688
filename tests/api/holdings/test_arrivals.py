from collections.abc import Iterable
from pathlib import Path

import pytest

from api.callers.access import OPERATOR
from api.holdings.arrivals import Arrival, Arrivals
from api.service import Service
from index.blobs.base import StoredBlob
from index.blobs.local import LocalBlobs
from index.errors import BlobStoreUnavailable
from tests.tiny import pdf


class Collected(LocalBlobs):
    """Blobs whose first stream is collected as soon as it is stored, as the last one to hold it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.n_stored = 0

    def put_stream(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredBlob:
        stored = super().put_stream(chunks, max_bytes=max_bytes)
        self.n_stored += 1
        if self.n_stored == 1:
            self.delete(stored.sha256)
        return stored


def test_bytes_that_were_collected_before_anything_told_of_them_are_asked_for_again(
    service: Service, data_folder: Path
) -> None:
    service.create_collection("default")
    blobs = Collected(data_folder / "blobs")
    arrivals = Arrivals(service.settings, blobs, service.intake, service.purse, service.capacity)
    plover = Arrival("plover.pdf", [pdf("The plover weighs 60 g.")], OPERATOR)

    with pytest.raises(BlobStoreUnavailable, match="hand it in again"):
        arrivals.take("default", plover, {})
    assert service.catalog.documents("default") == []

    document, job = arrivals.take("default", plover, {})
    assert job is not None
    assert blobs.has(document.sha256)
