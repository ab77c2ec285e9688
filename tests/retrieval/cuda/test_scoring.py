from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.service import Service
from retrieval.cuda.scoring import CudaScoring
from retrieval.hits import PageScope, SearchQuery
from retrieval.rows import RowKeeper
from retrieval.search import Searcher, SearchParts
from tests.devices import DEVICES
from tests.tiny import HashedWords, index, pdf


@pytest.fixture
def filled(service: Service) -> Service:
    index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest", "Herons fish"))
    index(service, "bills.pdf", pdf("The invoice is due in March", "", "The heron is blue"))
    return service


@pytest.fixture(params=DEVICES)
def searcher(filled: Service, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Searcher]:
    """Searches what the service holds with rows on a device."""
    keeper = RowKeeper(filled.vectors, tmp_path / "sidecar")
    with closing(CudaScoring(keeper, max_bytes=1 << 20, device=request.param)) as scoring:
        words = filled.pages.words
        parts = SearchParts(filled.catalog, filled.vectors, lambda _: HashedWords(), scoring, words)
        with closing(Searcher(parts)) as made:
            yield made


@pytest.mark.parametrize("scope", [PageScope(), PageScope(first=3)])
@pytest.mark.parametrize("text", ["heron", "When is the invoice due?"])
def test_a_device_finds_what_the_processor_finds(
    filled: Service, searcher: Searcher, text: str, scope: PageScope
) -> None:
    query = SearchQuery(text, scope=scope, limit=50)

    hits = searcher.search(filled.catalog.collection("default"), query).hits

    assert hits == filled.search("default", query).hits
    assert hits
