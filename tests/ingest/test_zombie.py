"""A worker that was suspended for so long that another one took its job over, and then goes on."""

from collections.abc import Callable

import pytest

from api.service import Service
from index.catalog.entries import Job
from index.faults import POINTS
from retrieval.hits import SearchQuery
from tests.tiny import pdf

STEPS = [point for point in POINTS if point.startswith(("chunk.", "context.", "job."))]
BEFORE_PUBLISHED = [point for point in STEPS if point != "job.published"]
PLACES = ("ingest.pipeline.fault_point", "ingest.keeping.fault_point")


class Suspended:
    """Does something at the first pass of a point: the worker that passes it is as if stopped."""

    def __init__(self, point: str, meanwhile: Callable[[], object]) -> None:
        self._point = point
        self._meanwhile = meanwhile
        self.was_passed = False

    def __call__(self, point: str) -> None:
        if point == self._point and not self.was_passed:
            self.was_passed = True
            self._meanwhile()


def upload(service: Service) -> Job:
    service.create_collection("default")
    _, job = service.upload("default", "report.pdf", [pdf("heron", "dam")], {})
    assert job is not None
    return job


def suspend(
    monkeypatch: pytest.MonkeyPatch, point: str, meanwhile: Callable[[], object]
) -> Suspended:
    stopped = Suspended(point, meanwhile)
    for place in PLACES:
        monkeypatch.setattr(place, stopped)
    return stopped


def n_points(service: Service, job: Job) -> int:
    (layer,) = service.catalog.collection("default").layers
    return service.vectors.count_pages(layer.store, job.generation)


@pytest.mark.parametrize("point", BEFORE_PUBLISHED)
def test_what_another_worker_finished_is_not_touched_by_the_first(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, point: str
) -> None:
    job = upload(service)
    service.garbage.silent_s = 1
    stopped = suspend(monkeypatch, point, lambda: service.indexer.run(job.id))

    service.indexer.run(job.id)

    assert stopped.was_passed
    found = service.ledger.job(job.id)
    assert (found.state, found.stage, found.failure, found.fence) == ("done", "ready", None, 2)
    assert n_points(service, job) == 2
    assert len(service.search("default", SearchQuery("heron dam")).hits) == 2
    assert "failed" not in caplog.text


@pytest.mark.parametrize("point", BEFORE_PUBLISHED)
def test_what_another_worker_goes_on_with_is_left_to_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    job = upload(service)
    service.garbage.silent_s = 1
    suspend(monkeypatch, point, lambda: service.ledger.start(job.id))

    service.indexer.run(job.id)

    found = service.ledger.job(job.id)
    assert (found.state, found.fence) == ("running", 2)
    assert service.search("default", SearchQuery("heron")).hits == ()
    service.indexer.run(job.id)
    assert service.ledger.job(job.id).state == "done"
    assert n_points(service, job) == 2


@pytest.mark.parametrize("point", [at for at in BEFORE_PUBLISHED if at != "chunk.blobs_put"])
def test_a_document_deleted_meanwhile_leaves_nothing_behind(
    service: Service, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    job = upload(service)
    service.garbage.silent_s = 1
    suspend(monkeypatch, point, lambda: service.delete_document("default", job.document))

    service.indexer.run(job.id)

    assert service.ledger.job(job.id).state == "cancelled"
    assert n_points(service, job) == 0
    blobs = service.settings.data / "blobs"
    assert [path for path in blobs.rglob("*") if path.is_file()] == []
