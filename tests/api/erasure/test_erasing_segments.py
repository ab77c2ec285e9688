"""An erasure where vectors are on a server: segments are rows, too."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from api.callers.access import OPERATOR
from api.erasure.erasing import Erasing
from api.service import Service
from index.catalog.database import Database
from index.encoders.shelf import EncoderChoice
from retrieval.hits import Hit, SearchQuery
from retrieval.rows import RowKeeper
from retrieval.segments import SegmentReader
from tests.conftest import open_service
from tests.qdrant_stand_in.running import StandIn
from tests.tiny import HashedWords, index, pdf


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A vector store of this test's own, which is not in the data folder."""
    standing = StandIn(tmp_path / "qdrant")
    standing.start()
    yield standing
    standing.kill()


@pytest.fixture
def fleet(tmp_path: Path, database: Database, stand_in: StandIn) -> Iterator[Service]:
    """A service with two documents."""
    opened = open_service(tmp_path / "data", database, HashedWords(), vectors=stand_in.url)
    opened.shelf.put(HashedWords(name="synonyms"))
    index(opened, "dams.pdf", pdf("zephyrquartz is here"))
    index(opened, "herons.pdf", pdf("herons nest on the island"))
    yield opened
    opened.close()


def search(service: Service) -> Sequence[Hit]:
    return service.search("default", SearchQuery("herons on the island")).hits


def row_of(word: str) -> bytes:
    """A word's row as it is kept."""
    return HashedWords().encode_question(word).vectors.astype(np.float16).tobytes()


def blobs_with(service: Service, row: bytes) -> list[str]:
    folder = service.settings.data / "blobs"
    return [one.name for one in folder.rglob("*") if one.is_file() and row in one.read_bytes()]


def test_nothing_of_what_was_deleted_is_left_in_a_segment(fleet: Service) -> None:
    gone, kept = row_of("zephyrquartz"), row_of("herons")
    (document,) = [d for d in fleet.catalog.documents("default") if d.name == "dams.pdf"]
    assert len(blobs_with(fleet, gone)) == 1

    receipt = Erasing(fleet).erase(OPERATOR, "default", [document.id])

    assert blobs_with(fleet, gone) == []
    assert [one.files for one in receipt.erased] == [4]  # with its segment
    assert len(blobs_with(fleet, kept)) == 1


def test_not_in_that_of_an_index_beside_either(fleet: Service) -> None:
    gone = row_of("zephyrquartz")
    (document,) = [d for d in fleet.catalog.documents("default") if d.name == "dams.pdf"]
    fleet.rebuilds.begin("default", EncoderChoice("synonyms"))
    fleet.worker.run_until_empty()
    assert len(blobs_with(fleet, gone)) == 2

    Erasing(fleet).erase(OPERATOR, "default", [document.id])

    assert blobs_with(fleet, gone) == []


def test_what_is_live_is_read_from_its_segment_again(fleet: Service, tmp_path: Path) -> None:
    (document,) = [d for d in fleet.catalog.documents("default") if d.name == "dams.pdf"]
    before = [hit for hit in search(fleet) if hit.name == "herons.pdf"]
    Erasing(fleet).erase(OPERATOR, "default", [document.id])
    (layer,) = fleet.collection("default").layers
    (live,) = [one.generation for one in fleet.catalog.live_documents("default")]
    reader = SegmentReader(fleet.stores.segments, fleet.blobs)

    assert layer.store == "default-2"
    assert [*reader.of(layer, [live])] == [live]
    keepers = [RowKeeper(fleet.vectors, tmp_path / "one", reader)]
    keepers.append(RowKeeper(fleet.vectors, tmp_path / "other"))
    by_segment, by_store = (keeper.view(layer, [live]) for keeper in keepers)
    assert by_segment.exact.tobytes() == by_store.exact.tobytes()
    assert by_segment.rows.groups.tobytes() == by_store.rows.groups.tobytes()
    for keeper in keepers:
        keeper.close()
    assert [hit.page for hit in search(fleet)] == [hit.page for hit in before]
