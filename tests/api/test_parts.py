from pathlib import Path
from typing import Any

import pytest

from api import parts
from index.blobs.local import LocalBlobs
from index.blobs.s3 import S3Blobs
from index.errors import MissingDependency
from ingest.bubblewrap import find_bubblewrap
from tests.tiny import settings


@pytest.mark.parametrize(
    ("asked", "kernel", "has_cuda", "expected"),
    [
        ("auto", "native", True, "cuda"),
        ("auto", "native", False, "native"),
        ("auto", "numpy", False, "numpy"),
        ("numpy", "native", True, "numpy"),
        ("native", "native", True, "native"),
        ("cuda", "numpy", True, "cuda"),
        ("qdrant", "numpy", False, "qdrant"),
    ],
)
def test_the_scorer_is_the_one_asked_for_or_the_fastest(
    tmp_path: Path, asked: str, kernel: Any, expected: str, *, has_cuda: bool
) -> None:
    chosen = settings(tmp_path, scorer=asked)

    assert parts.scorer(chosen, kernel=kernel, has_cuda=has_cuda) == expected


@pytest.mark.parametrize(("asked", "told"), [("native", "C kernel"), ("cuda", "CUDA device")])
def test_a_scorer_that_is_not_there_is_refused_with_what_to_do(
    tmp_path: Path, asked: str, told: str
) -> None:
    chosen = settings(tmp_path, scorer=asked)

    with pytest.raises(MissingDependency, match=told) as caught:
        parts.scorer(chosen, kernel="numpy", has_cuda=False)

    assert "auto" in str(caught.value)


def test_a_page_may_use_as_much_processor_time_as_it_may_take(tmp_path: Path) -> None:
    assert parts.limits(settings(tmp_path, page_timeout_s=59.5)).cpu_s == 60


def test_a_sandbox_that_is_required_and_not_there_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    find_bubblewrap.cache_clear()
    with pytest.raises(MissingDependency, match="apt-get install bubblewrap"):
        parts.reader(settings(tmp_path, sandbox="require"))
    parts.reader(settings(tmp_path, sandbox="auto"))
    find_bubblewrap.cache_clear()


@pytest.mark.parametrize("share", [0.25, 1.0, 4.0])
def test_a_page_has_the_area_that_is_configured_whatever_its_edges(
    tmp_path: Path, share: float
) -> None:
    budget = settings(tmp_path).max_pixels
    chosen = parts.limits(settings(tmp_path, max_pixels=round(budget * share)))
    width, height = chosen.render_size(1191, 1684)  # A4

    assert width * height == pytest.approx(budget * share, rel=0.01)


def test_what_reads_pixels_is_told_by_the_source_of_words(tmp_path: Path) -> None:
    told = {
        source: parts.words_version(settings(tmp_path, word_source=source))
        for source in ("auto", "text_layer", "ocr")
    }
    assert told["text_layer"] == "none"
    assert told["ocr"] == f"{told['auto']} alone"


def test_blobs_are_kept_where_the_setting_says(data_folder: Path) -> None:
    local = parts.blobs(settings(data_folder))
    bucket = parts.blobs(settings(data_folder, blobs="s3://pages/a", s3_endpoint="http://s3:1"))

    assert isinstance(local, LocalBlobs)
    assert isinstance(bucket, S3Blobs)
    assert {path.name for path in data_folder.iterdir()} == {"blobs", "spool"}
