"""Sidecars filled from the blob store, and from the vector store, are the same bytes."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
import pytest

from api.service import Service
from index.blobs.base import blob_key
from index.blobs.s3 import Bucket
from index.catalog.database import Database
from index.catalog.entries import Collection, Layer
from index.segments import MESSAGE_PAGES, NumberedRows, Whose, write_segment
from retrieval.hits import Hit, SearchQuery
from retrieval.rows import RowKeeper
from retrieval.segments import SegmentReader
from tests.conftest import open_service
from tests.index.blobs.places import Place, local_place, s3_place
from tests.tiny import HashedWords, index, pdf

MANY = pdf(*(f"Otter {n} sleeps" for n in range(MESSAGE_PAGES)), "thin", "Last", strips=[17])
Places = dict[str, Any]


def in_bucket(bucket: Bucket) -> Places:
    return {
        "blobs": bucket.url,
        "s3_endpoint": bucket.endpoint,
        "s3_key_id": bucket.key_id,
        "s3_secret": bucket.secret,
    }


@pytest.fixture(params=["folder", "bucket"])
def places(request: pytest.FixtureRequest, qdrant_url: str) -> Places:
    """A vector store on a server, and each place for blobs."""
    blobs = in_bucket(request.getfixturevalue("bucket")) if request.param == "bucket" else {}
    return {"vectors": qdrant_url, **blobs}


@pytest.fixture
def beneath(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Place:
    """What lies there, seen without hashes."""
    if "blobs" in places:
        return s3_place(request.getfixturevalue("bucket"), tmp_path)
    return local_place(tmp_path / "worker")


@pytest.fixture
def worker(tmp_path: Path, database: Database, places: Places) -> Iterator[Service]:
    """What indexed two documents."""
    opened = open_service(tmp_path / "worker", database, HashedWords(), **places)
    index(opened, "herons.pdf", pdf("Herons nest on the island", "They weigh two kilograms"))
    index(opened, "dams.pdf", pdf("The dam is twelve metres tall"))
    yield opened
    for collection in opened.catalog.collections():
        opened.holdings.end(collection)
    opened.close()


class Filled:
    """Sidecars filled in folders of their own.

    Args:
        worker: whose collection.
        folder: of the folders.
    """

    def __init__(self, worker: Service, folder: Path) -> None:
        self._worker, self._folder = worker, folder

    def by_store(self) -> dict[str, bytes]:
        """What the sidecar's files have in them."""
        return self._files(RowKeeper(self._worker.vectors, self._folder / "store"))

    def by_segments(self) -> dict[str, bytes]:
        """What the sidecar's files have in them."""
        reader = SegmentReader(self._worker.stores.segments, self._worker.blobs)
        return self._files(RowKeeper(self._worker.vectors, self._folder / "segments", reader))

    def _files(self, keeper: RowKeeper) -> dict[str, bytes]:
        for layer in collection(self._worker).layers:
            keeper.view(layer, generations(self._worker))
        keeper.close()
        return {
            str(path.relative_to(keeper._folder)): path.read_bytes()  # noqa: SLF001  to look at the files
            for path in keeper._folder.rglob("*")  # noqa: SLF001  likewise
            if path.is_file()
        }


@pytest.fixture
def filled(worker: Service, tmp_path: Path) -> Filled:
    """Sidecars of the worker's collection."""
    return Filled(worker, tmp_path / "sidecars")


def collection(service: Service) -> Collection:
    return service.catalog.collection("default")


def layer(service: Service) -> Layer:
    return collection(service).layers[0]


def generations(service: Service) -> list[UUID]:
    return [one.generation for one in service.catalog.live_documents("default")]


def ways(caplog: pytest.LogCaptureFixture) -> list[tuple[int, int]]:
    """How many generations were read from segments, and from the store, each time."""
    told = [vars(one) for one in caplog.records if one.message == "rows are read"]
    return [(one["segments"], one["from_store"]) for one in told]


def test_both_ways_give_the_same_files(
    worker: Service, filled: Filled, caplog: pytest.LogCaptureFixture
) -> None:
    index(worker, "otters.pdf", MANY)
    caplog.set_level(logging.INFO)

    segments, store = filled.by_segments(), filled.by_store()

    assert ways(caplog) == [(3, 0), (0, 3)]
    assert segments == store
    assert len(segments["default-1/rows.float16"]) > 1000
    for generation in generations(worker):
        pages = zip(read(worker, generation), rows(worker, generation), strict=True)
        for (number, mine), (other_number, other) in pages:
            assert number == other_number
            assert mine.vectors.tobytes() == other.vectors.tobytes()
            assert mine.boxes.tobytes() == other.boxes.tobytes()


def test_both_ways_find_the_same(
    worker: Service, tmp_path: Path, database: Database, places: Places
) -> None:
    def hits(name: str) -> list[Hit]:
        server = open_service(tmp_path / name, database, HashedWords(), **places)
        queries = [SearchQuery(asked) for asked in ("herons nest", "the dam", "island metres")]
        found = [server.search("default", query).hits for query in queries]
        server.close()
        return [hit for some in found for hit in some]

    if "blobs" not in places:  # servers share a folder
        (tmp_path / "one").mkdir()
        (tmp_path / "other").mkdir()
        for name in ("one", "other"):
            (tmp_path / name / "blobs").symlink_to(tmp_path / "worker" / "blobs")

    by_segments = hits("one")
    for generation in generations(worker):
        worker.stores.segments.forget(layer(worker).store, generation)
    by_store = hits("other")

    assert len(by_segments) > 3
    assert by_segments == by_store


def rows(worker: Service, generation: UUID) -> Iterator[NumberedRows]:
    return worker.vectors.read_rows(layer(worker).store, generation)


def read(worker: Service, generation: UUID) -> Iterator[NumberedRows]:
    reader = SegmentReader(worker.stores.segments, worker.blobs)
    return reader.of(layer(worker), [generation])[generation]


def put_other_generation(worker: Service, _sha256: str) -> str:
    whose = Whose.of(UUID(int=7), layer(worker).manifest)
    segment = write_segment(whose, rows(worker, generations(worker)[0]))
    return worker.blobs.put(b"".join(segment)).sha256


def put_other_bytes(worker: Service, _sha256: str) -> str:
    return worker.blobs.put(b"these are no rows").sha256


def take_away(worker: Service, sha256: str) -> str:
    worker.blobs.delete(sha256)
    return sha256


def test_a_segment_that_is_of_no_use_is_told_and_the_store_is_read(
    worker: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    generation, _ = generations(worker)
    store = layer(worker).store
    sha256 = worker.stores.segments.known(store, [generation])[generation]
    by_store = Filled(worker, tmp_path).by_store()

    for spoil in (put_other_generation, put_other_bytes, take_away):
        caplog.clear()
        worker.stores.segments.note(store, generation, spoil(worker, sha256))
        assert Filled(worker, tmp_path / spoil.__name__).by_segments() == by_store
        assert ways(caplog) == [(1, 1)]
        assert sum("of no use" in one.message for one in caplog.records) == 1


def test_a_byte_that_flips_where_it_lies_is_noticed(
    worker: Service, filled: Filled, beneath: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    generation, _ = generations(worker)
    sha256 = worker.stores.segments.known(layer(worker).store, [generation])[generation]
    content = bytearray(worker.blobs.read(sha256))
    content[-5] ^= 1  # of the last page's vectors: rows still, but others
    obstore.put(beneath.store, blob_key(sha256), bytes(content))

    segments = filled.by_segments()

    assert ways(caplog) == [(1, 1)]
    assert segments == filled.by_store()


def test_a_generation_without_a_segment_is_read_from_the_store(
    worker: Service, filled: Filled, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    worker.stores.segments.forget(layer(worker).store, generations(worker)[1])

    segments = filled.by_segments()

    assert ways(caplog) == [(1, 1)]
    assert segments == filled.by_store()
