from contextlib import closing
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from api.service import Service
from index.catalog.entries import LiveDocument
from retrieval.background import level, sampled
from retrieval.hits import Hit, SearchQuery
from retrieval.rows import RowKeeper
from retrieval.search import Searcher, SearchParts
from retrieval.selection import Selection
from retrieval.sidecar_scoring import SidecarScoring
from tests.tiny import HashedWords, index, pdf


def listed(*documents: tuple[int, int]) -> Selection:
    """Documents of so many pages, each with an id."""
    live = [LiveDocument(UUID(int=n), UUID(int=n), f"{n}.pdf", pages) for n, pages in documents]
    return Selection.listed(live, [range(1, pages + 1) for _, pages in documents])


def named(pages: Selection, n_pages: int) -> set[tuple[UUID, int]]:
    return {
        (pages.documents[pages.owner[i]].generation, int(pages.pages[i]))
        for i in sampled(pages, n_pages)
    }


def search(service: Service, text: str) -> tuple[Hit, ...]:
    return service.search("default", SearchQuery(text)).hits


def test_all_of_few_pages_are_looked_at() -> None:
    assert len(named(listed((1, 3), (2, 2)), 5)) == 5


def test_the_sample_is_the_same_whatever_the_order_of_documents() -> None:
    assert named(listed((1, 300), (2, 300)), 64) == named(listed((2, 300), (1, 300)), 64)


def test_a_page_leaves_the_sample_only_for_a_new_one() -> None:
    before = named(listed((1, 300), (2, 300)), 64)
    after = named(listed((1, 300), (2, 300), (3, 300)), 64)
    assert {generation for generation, _ in after - before} == {UUID(int=3)}
    assert len(after) == 64


def test_every_document_has_its_part_of_the_sample() -> None:
    found = [generation.int for generation, _ in named(listed((1, 1000), (2, 1000)), 400)]
    assert 140 < found.count(1) < 260  # 200 expected, 10 the standard deviation


def test_the_level_is_the_median_of_what_each_question_reaches_on_its_best_page() -> None:
    pages = [np.array(shares, np.float32) for shares in ([0.5, 0.1, 0.2], [0.3, 0.4, 0.1])]
    assert level(pages) == pytest.approx(0.4)  # the median of .5, .4 and .2


def test_an_index_without_pages_has_no_background() -> None:
    assert level([]) == 0.0


def test_relevance_tells_what_is_asked_from_what_is_about_something_else(service: Service) -> None:
    index(service, "dams.pdf", pdf("The dam is twelve metres tall"))
    asked = search(service, "dam twelve metres tall")[0].relevance
    foreign = search(service, "quarterly turnover forecast of dam")[0].relevance
    assert asked == pytest.approx(1.0, abs=1e-3)
    assert foreign < 0.5


def test_the_background_is_measured_anew_when_documents_come(service: Service) -> None:
    index(service, "dams.pdf", pdf("Dam"))
    before = search(service, "dam wall")[0].relevance
    index(service, "sky.pdf", pdf("Why is the sky blue in the daytime", "How is the dam"))
    page = next(hit for hit in search(service, "dam wall") if hit.name == "dams.pdf")
    assert page.relevance < before


def test_another_process_tells_the_same_relevance(service: Service, tmp_path: Path) -> None:
    index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest there"))
    scoring = SidecarScoring(RowKeeper(service.vectors, tmp_path / "sidecar"))
    encoder = HashedWords()
    parts = SearchParts(
        service.catalog, service.vectors, lambda _: encoder, scoring, service.pages.words
    )
    with closing(scoring), closing(Searcher(parts)) as other:
        found = other.search(service.catalog.collection("default"), SearchQuery("tall herons"))
    assert found.hits == search(service, "tall herons")
