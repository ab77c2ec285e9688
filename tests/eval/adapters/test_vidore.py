from pathlib import Path

import pytest

from api.desk import LocalDesk
from eval.adapters.vidore import VidorePipeline
from index.errors import InvalidRequest
from tests.eval.pictures import page

IDS = ["10", "11", "12"]
IMAGES = [page("Dams are tall"), page("Herons nest"), page("Lakes freeze")]
TEXTS = ["", "", ""]


@pytest.fixture
def pipeline(desk: LocalDesk, tmp_path: Path) -> VidorePipeline:
    return VidorePipeline(desk, tmp_path / "pages")


# As vidore-benchmark calls it: everything by name, the answer a tuple of run and infos.
def test_the_pipeline_is_called_as_the_benchmark_calls_it(pipeline: VidorePipeline) -> None:
    pipeline.index(
        corpus_ids=IDS, corpus_images=IMAGES, corpus_texts=TEXTS, dataset_name="vidore/tiny"
    )
    found = pipeline.search(query_ids=["q1", "q2"], queries=["Do lakes freeze?", "dams"])
    run, infos = found
    assert isinstance(found, tuple)
    assert [max(scores, key=lambda name: scores[name]) for scores in run.values()] == ["12", "10"]
    assert list(run) == ["q1", "q2"]
    assert all(isinstance(score, float) for scores in run.values() for score in scores.values())
    assert infos["ms_per_question"] > 0  # type: ignore[operator]  # one of several kinds of info


def test_ids_and_what_they_name_must_be_as_many(pipeline: VidorePipeline) -> None:
    with pytest.raises(InvalidRequest, match="3 pages need as many images, got 2"):
        pipeline.index(IDS, IMAGES[:2], TEXTS)
    with pytest.raises(InvalidRequest, match="2 ids need as many questions, got 1"):
        pipeline.search(["q1", "q2"], ["dams"])
