from pathlib import Path

import pytest

from api.checkup.doctor import check_machine, check_service
from api.ownership import Owner, Ownership
from api.schemas import Probe
from api.service import Service
from index.blobs.s3 import Bucket
from index.devices import is_cuda_available
from ingest.bubblewrap import find_bubblewrap
from retrieval.int8.scoring import find_kernel, is_native_built
from tests.tiny import settings


def by_name(probes: list[Probe]) -> dict[str, Probe]:
    return {probe.name: probe for probe in probes}


def test_a_machine_that_has_everything_is_well(data_folder: Path) -> None:
    probes = by_name(check_machine(settings(data_folder)))
    assert all(probe.ok for probe in probes.values()), probes
    assert {"tesseract", "encoder", "disk", "database", "vectors", "vlm"} <= set(probes)
    assert not data_folder.exists()


def test_what_lacks_says_what_mends_it(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = settings(data_folder, min_free_bytes=2**60, sandbox="require")
    find_bubblewrap.cache_clear()
    probes = by_name(check_machine(chosen))
    find_bubblewrap.cache_clear()
    assert not probes["poppler"].ok
    assert "poppler-utils" in probes["poppler"].mend
    assert (probes["sandbox"].ok, probes["sandbox"].mend) == (False, "apt-get install bubblewrap")
    assert not probes["disk"].ok
    assert probes["disk"].mend.startswith("free ")


@pytest.mark.parametrize(
    ("model", "is_well", "told"),
    [("/models/tiny", True, "/models/tiny"), ("", False, "needs a folder")],
)
def test_a_model_in_this_process_is_told(
    data_folder: Path, model: str, told: str, *, is_well: bool
) -> None:
    chosen = settings(data_folder, vlm_url="transformers", vlm_model=model)

    probe = by_name(check_machine(chosen))["vlm"]

    assert (probe.ok, told in probe.detail) == (is_well, True)


def test_a_database_or_store_that_does_not_answer_is_said(data_folder: Path) -> None:
    nowhere = settings(
        data_folder,
        database_url="postgresql://127.0.0.1:1/none",
        vectors="http://127.0.0.1:1",
    )
    probes = by_name(check_machine(nowhere))
    assert not probes["database"].ok
    assert not probes["vectors"].ok


def test_a_bucket_that_answers_and_one_that_does_not_are_told(
    data_folder: Path, bucket: Bucket
) -> None:
    chosen = {
        "blobs": bucket.url,
        "s3_endpoint": bucket.endpoint,
        "s3_key_id": bucket.key_id,
        "s3_secret": bucket.secret,
    }
    well = by_name(check_machine(settings(data_folder, **chosen)))["blobs"]
    ill = by_name(check_machine(settings(data_folder, **{**chosen, "s3_secret": "no"})))["blobs"]

    assert (well.ok, well.detail) == (True, f"{bucket.url} answers")
    assert not ill.ok
    assert "403" in ill.detail


def test_a_language_that_tesseract_lacks_is_said(data_folder: Path) -> None:
    probes = by_name(check_machine(settings(data_folder, language="xx")))
    assert not probes["tesseract"].ok


def test_the_owner_of_the_folder_is_told(data_folder: Path) -> None:
    held = Ownership.take(data_folder, Owner(7, "http://127.0.0.1:8080"))
    probes = by_name(check_machine(settings(data_folder)))
    assert "process 7 that serves http://127.0.0.1:8080" in probes["folder"].detail
    held.release()


def test_the_kernel_that_scores_is_told(data_folder: Path) -> None:
    probe = by_name(check_machine(settings(data_folder)))["kernel"]
    assert ("in C" in probe.detail) == (find_kernel() == "native")
    assert ("gcc" in probe.mend) == (not is_native_built())


def test_the_scorer_in_use_is_told(data_folder: Path) -> None:
    probe = by_name(check_machine(settings(data_folder, scorer="numpy")))["scorer"]
    assert probe.detail.startswith("numpy: ")


@pytest.mark.skipif(is_cuda_available(), reason="there is a CUDA device here")
def test_a_scorer_that_is_not_there_is_told(data_folder: Path) -> None:
    probe = by_name(check_machine(settings(data_folder, scorer="cuda")))["scorer"]
    assert not probe.ok
    assert "no CUDA device" in probe.detail


def test_a_running_service_is_well(service: Service) -> None:
    service.create_collection("default")
    probes = by_name(check_service(service))
    assert all(probe.ok for probe in probes.values())
    assert probes["database"].detail == "1 collections"
