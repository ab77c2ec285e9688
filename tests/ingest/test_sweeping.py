import os
import time
from datetime import timedelta
from pathlib import Path

from api.service import Service
from ingest.sweeping import Sweeper
from tests.tiny import index, pdf

AT_ONCE = timedelta(0)


def kept(service: Service) -> set[str]:
    return {blob.sha256 for blob in service.blobs.listed()}


def test_what_nothing_refers_to_goes_and_all_else_stays(service: Service) -> None:
    index(service, "heron.pdf", pdf("The heron weighs 2 kg."))
    before = kept(service)
    service.blobs.put(b"of a process that was killed before it could say what this is")

    assert Sweeper(service.blobs, service.garbage).sweep(AT_ONCE) == 1

    assert kept(service) == before
    assert len(before) == 3  # original, picture, words


def test_what_is_young_stays(service: Service) -> None:
    stored = service.blobs.put(b"of an upload that goes on")

    assert Sweeper(service.blobs, service.garbage).sweep() == 0

    assert kept(service) == {stored.sha256}


def test_a_temporary_file_goes_when_it_is_a_day_old(service: Service, data_folder: Path) -> None:
    incoming = data_folder / "blobs" / "incoming"
    old, young = incoming / "old", incoming / "young"
    for path in (old, young):
        path.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))

    Sweeper(service.blobs, service.garbage).sweep(AT_ONCE)

    assert [path.name for path in incoming.iterdir()] == ["young"]


def test_sweeping_now_and_then_begins_with_waiting(service: Service) -> None:
    stored = service.blobs.put(b"nobody's")
    os.utime(service.settings.data / "blobs" / stored.sha256[:2] / stored.sha256, (0, 0))

    sweeper = Sweeper(service.blobs, service.garbage)
    sweeper.sweep_now_and_then()
    assert kept(service) == {stored.sha256}
