"""Segments are kept of what is published, where servers copy rows, and go when it goes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import LiveDocument
from index.encoders.shelf import EncoderChoice
from index.segments import SegmentUnusable
from ingest.segmenting import Segmenter
from ingest.work import Kept
from retrieval.segments import SegmentReader
from tests.conftest import open_service
from tests.tiny import HashedWords, index, pdf

BESIDE = EncoderChoice("hashed-words", "text", words=True)


@pytest.fixture
def worker(tmp_path: Path, database: Database, qdrant_url: str) -> Iterator[Service]:
    """A service whose vectors are on a server, with nothing in it."""
    opened = open_service(tmp_path / "worker", database, HashedWords(), vectors=qdrant_url)
    yield opened
    for collection in opened.catalog.collections():
        opened.holdings.end(collection)
    opened.close()


def live(service: Service) -> LiveDocument:
    (document,) = service.catalog.live_documents("default")
    return document


def keep(service: Service, *, state: str = "live", keeps_segments: bool = True) -> None:
    stores = replace(service.stores, keeps_segments=keeps_segments)
    kept = Kept(live(service).generation, "dams.pdf", state)
    Segmenter(stores).keep(service.collection("default").layers, kept)


def noted(service: Service, *stores: str) -> list[str]:
    """The segments of the one document in stores, each of which must have one."""
    generation = live(service).generation
    return [service.stores.segments.known(store, [generation])[generation] for store in stores]


def blobs(service: Service) -> set[str]:
    return {one.sha256 for one in service.blobs.listed()}


def test_every_layer_of_what_is_published_has_a_segment(worker: Service) -> None:
    worker.create_collection("default", encoder=BESIDE)
    worker.upload("default", "dams.pdf", [pdf("the dam", "herons")], {})
    worker.worker.run_until_empty()

    segments = noted(worker, "default-1", "default-1-words")

    assert len(set(segments)) == 2
    for layer, sha256 in zip(worker.collection("default").layers, segments, strict=True):
        reader = SegmentReader(worker.stores.segments, worker.blobs)
        pages = [page for page, _ in reader.read(layer, live(worker).generation, sha256)]
        assert pages == [0, 1, 2]


def test_where_one_process_owns_the_vectors_no_segment_is_kept(service: Service) -> None:
    index(service, "dams.pdf", pdf("the dam"))

    assert len(blobs(service)) == 3  # the original, the picture, the words
    assert service.stores.segments.known("default-1", [live(service).generation]) == {}


def test_where_the_vector_store_scores_no_segment_is_kept(
    tmp_path: Path, database: Database, qdrant_url: str
) -> None:
    service = open_service(tmp_path, database, HashedWords(), vectors=qdrant_url, scorer="qdrant")
    index(service, "dams.pdf", pdf("the dam"))

    assert len(blobs(service)) == 3
    service.holdings.end(service.collection("default"))
    service.close()


def test_a_segment_goes_with_what_is_replaced_and_with_what_is_deleted(worker: Service) -> None:
    document = UUID(index(worker, "dams.pdf", pdf("the dam")))
    (before,) = noted(worker, "default-1")
    worker.replace("default", document, "dams.pdf", [pdf("the weir")])
    worker.worker.run_until_empty()
    (after,) = noted(worker, "default-1")

    assert before not in blobs(worker)
    assert len(blobs(worker)) == 4
    assert after in blobs(worker)

    worker.delete_document("default", document)
    assert blobs(worker) == set()


def test_an_index_that_is_built_beside_has_segments_of_its_own(worker: Service) -> None:
    worker.shelf.put(HashedWords(name="synonyms", means={"bird": "heron"}))
    index(worker, "dams.pdf", pdf("the dam"))
    (first,) = noted(worker, "default-1")

    worker.rebuilds.begin("default", EncoderChoice("synonyms"))
    worker.worker.run_until_empty()
    assert worker.collection("default").store == "default-2"
    (second,) = noted(worker, "default-2")
    assert noted(worker, "default-1") == [first]  # kept for the way back

    worker.rebuilds.forget("default")
    assert worker.stores.segments.known("default-1", [live(worker).generation]) == {}
    (layer,) = worker.collection("default").layers
    reader = SegmentReader(worker.stores.segments, worker.blobs)
    assert [page for page, _ in reader.read(layer, live(worker).generation, second)] == [0, 1]
    with pytest.raises(SegmentUnusable, match="was to tell of"):
        list(reader.read(layer, live(worker).generation, first))


def test_keeping_twice_equals_keeping_once(worker: Service) -> None:
    index(worker, "dams.pdf", pdf("the dam"))
    before = blobs(worker), noted(worker, "default-1")

    keep(worker)

    assert (blobs(worker), noted(worker, "default-1")) == before


def test_who_keeps_none_forgets_that_of_an_attempt_with_other_rows(worker: Service) -> None:
    index(worker, "dams.pdf", pdf("the dam"))

    keep(worker, keeps_segments=False)

    assert worker.stores.segments.known("default-1", [live(worker).generation]) == {}


def test_nothing_is_noted_of_a_generation_in_another_state(worker: Service) -> None:
    index(worker, "dams.pdf", pdf("the dam"))
    worker.stores.segments.forget("default-1", live(worker).generation)

    keep(worker, state="building")

    assert worker.stores.segments.known("default-1", [live(worker).generation]) == {}


def test_a_generation_that_was_collected_has_no_segment(worker: Service) -> None:
    document = UUID(index(worker, "dams.pdf", pdf("the dam")))
    gone = live(worker).generation
    layers = worker.collection("default").layers
    worker.delete_document("default", document)

    Segmenter(worker.stores).keep(layers, Kept(gone, "dams.pdf", "live"))

    assert worker.stores.segments.known("default-1", [gone]) == {}
    assert blobs(worker) == set()
