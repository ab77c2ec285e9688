from pathlib import Path

import pytest

from api.service import Service
from eval.bench.ingest import IngestFigures, StageFigures, measure_stages


def stage(name: str, wall_s: float) -> StageFigures:
    return StageFigures(name, 10, wall_s, wall_s)


# 10 pages in 5 s are 2 a second, which is the slowest; all together 10 in 8 s are 1.25
def test_the_share_is_of_the_slowest_stage() -> None:
    figures = IngestFigures([stage("read", 2), stage("encode", 5)], stage("all together", 8))

    assert figures.slowest.name == "encode"
    assert figures.share == pytest.approx(1.25 / 2)


def test_every_stage_takes_every_page_and_so_does_the_service(
    service: Service, golden_folder: Path
) -> None:
    figures = measure_stages(service, sorted((golden_folder / "corpus").iterdir()))

    names = [one.name for one in (*figures.stages, figures.whole)]
    assert names == ["read", "encode", "store", "all together"]
    assert {one.n_pages for one in (*figures.stages, figures.whole)} == {3}
    documents = service.catalog.live_documents("bench-whole", None)
    assert sorted(one.name for one in documents) == ["dams.pdf", "mills.pdf"]
