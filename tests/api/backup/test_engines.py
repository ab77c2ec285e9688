"""A backup is of no engine: it moves from the embedded parts to a fleet's, and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import QdrantClient

from api.backup import back_up, check
from api.service import Service
from index.backup.layout import DESCRIPTION, read_sums, table_name
from index.backup.restorer import Targets, check_stores, restore
from index.backup.tables import Snapshot
from index.backup.writer import Sources, StorePoints, write_backup
from index.blobs.local import LocalBlobs
from index.blobs.s3 import Bucket, S3Blobs
from index.catalog.database import Database
from index.catalog.lines import Deed
from index.errors import NotEmpty
from index.vectors.edge import EdgeVectorStore
from index.vectors.server import QdrantVectorStore
from retrieval.hits import SearchQuery
from tests.api.backup.conftest import Place, document
from tests.tiny import HashedWords, index

DEED = Deed("backup.restore", "local")
MakePlace = Callable[[], Place]
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


def test_rows_terms_and_files_reach_a_qdrant_server_and_a_bucket_bit_for_bit(
    place: Place, database: Database, bucket: Bucket, tmp_path: Path, new_place: MakePlace
) -> None:
    service = place.open()
    for number in range(3):
        index(service, f"{number}.pdf", document(number))
    service.close()
    place.back_up(tmp_path / "backup")
    server, blobs = QdrantVectorStore(QdrantClient(":memory:")), S3Blobs(bucket, tmp_path / "spool")
    described = check(tmp_path / "backup")
    check_stores(described, server)

    restore(tmp_path / "backup", described, Targets(new_place().database, server, blobs), DEED)

    embedded = EdgeVectorStore(place.data / "vectors")
    with Snapshot.of(database.conninfo) as snapshot:
        generations, hashes = list(snapshot.generations()), snapshot.blobs()
    assert [one.pages for one in generations] == [(1, 2, 3)] * 3
    for one in generations:
        keys = [(one.id, page) for page in (0, *one.pages)]
        stores = (embedded.read_points("default-1", keys), server.read_points("default-1", keys))
        for before, after in zip(*stores, strict=True):
            assert np.array_equal(before.rows.vectors, after.rows.vectors)
            assert np.array_equal(before.rows.boxes, after.rows.boxes)
            assert np.array_equal(before.terms.values, after.terms.values)
    assert all(blobs.read(sha256) for sha256 in hashes)
    with pytest.raises(NotEmpty, match="'default-1' already"):
        check_stores(described, server)
    embedded.close()


def test_a_backup_of_a_fleet_is_that_of_an_embedded_installation(
    place: Place, new_place: MakePlace, tmp_path: Path
) -> None:
    service = place.open()
    index(service, "0.pdf", document(0))
    service.close()
    place.back_up(tmp_path / "first")
    fleet = new_place()
    server = QdrantVectorStore(QdrantClient(":memory:"))
    blobs = LocalBlobs(tmp_path / "fleet")
    targets = Targets(fleet.database, server, blobs)
    restore(tmp_path / "first", check(tmp_path / "first"), targets, DEED)

    sources = Sources(fleet.database.conninfo, StorePoints(server), blobs, "1", {})
    write_backup(tmp_path / "second", sources, now=datetime.now(UTC))

    first, second = read_sums(tmp_path / "first"), read_sums(tmp_path / "second")
    differ = {DESCRIPTION: "", table_name("audit"): ""}  # which has a line of the restore
    assert first | differ == second | differ


def test_segments_are_left_out_and_what_is_restored_answers_without_them(
    place: Place, new_place: MakePlace, qdrant_url: str, tmp_path: Path
) -> None:
    on_server = place.settings(vectors=qdrant_url)
    service = Service.build(on_server, encoder=HashedWords())
    index(service, "0.pdf", document(0))
    before = service.search("default", SearchQuery("heron")).hits
    (live,) = service.catalog.live_documents("default")
    (segment,) = service.stores.segments.known("default-1", [live.generation]).values()

    back_up(on_server, tmp_path / "backup")

    assert not [name for name in read_sums(tmp_path / "backup") if segment in name]
    restored = new_place()
    restored.restore(tmp_path / "backup")
    again = restored.open()
    assert again.stores.segments.known("default-1", [live.generation]) == {}
    assert again.search("default", SearchQuery("heron")).hits == before
    again.close()
    service.holdings.end(service.collection("default"))
    service.close()
