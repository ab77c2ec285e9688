import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from contextvars import copy_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.service import Service
from index.catalog.filters import DocumentFilter
from index.errors import InvalidRequest, PageNotFound, Unavailable
from index.records import PageWords
from retrieval.hits import Arm, Hit, PageScope, SearchQuery
from retrieval.pauses import GIVE_WAY
from retrieval.rows import RowKeeper
from retrieval.search import ReadWords, Searcher, SearchParts
from retrieval.sidecar_scoring import SidecarScoring
from tests.tiny import HashedWords, index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island", "Herons fish at dawn")
BILLS = pdf("The invoice is due in March", "The heron on the letterhead is blue")


@pytest.fixture
def filled(service: Service) -> Service:
    index(service, "dams.pdf", DAMS)
    index(service, "bills.pdf", BILLS)
    return service


@pytest.fixture
def searcher(filled: Service, tmp_path: Path) -> Iterator[Callable[[ReadWords], Searcher]]:
    """Makes another searcher over the same stores, with its own sidecar and way to read words."""
    scoring = SidecarScoring(RowKeeper(filled.vectors, tmp_path / "sidecar"))
    encoder = HashedWords()

    def made(words: ReadWords) -> Searcher:
        parts = SearchParts(filled.catalog, filled.vectors, lambda _: encoder, scoring, words)
        return opened.enter_context(closing(Searcher(parts)))

    with ExitStack() as opened:
        opened.callback(scoring.close)
        yield made


def search(service: Service, text: str, **options: Any) -> tuple[Hit, ...]:
    return service.search("default", SearchQuery(text, **options)).hits


def pages(hits: tuple[Hit, ...]) -> set[tuple[str, int]]:
    return {(hit.name, hit.page) for hit in hits}


def only(**parts: Any) -> PageScope:
    return PageScope(DocumentFilter(**parts))


def test_a_search_offers_to_let_others_go_first_between_its_stages(filled: Service) -> None:
    offered: list[str] = []
    context = copy_context()
    context.run(GIVE_WAY.set, lambda: offered.append(threading.current_thread().name))
    asked = SearchQuery("When is the invoice due?")

    found = context.run(filled.search, "default", asked)

    assert offered == [threading.current_thread().name] * (len(found.timings) + 1)
    assert found.hits == filled.search("default", asked).hits


def test_the_page_that_says_it_comes_first(filled: Service) -> None:
    best = search(filled, "When is the invoice due?")[0]
    assert (best.name, best.page) == ("bills.pdf", 1)
    assert best.relevance > 0.5


def test_the_region_holds_the_words_that_match(filled: Service) -> None:
    best = search(filled, "twelve metres tall")[0]
    assert best.regions[0].text == "The dam is twelve metres tall"
    left, top, right, bottom = best.regions[0].box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 0.2  # the first line of the page


def test_hits_are_as_many_as_asked_for_and_best_first(filled: Service) -> None:
    hits = search(filled, "heron island", limit=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_every_hit_tells_what_each_arm_said(filled: Service) -> None:
    assert {frozenset(hit.arms) for hit in search(filled, "heron")} == {
        frozenset({"maxsim", "bm25"})
    }


@pytest.mark.parametrize("arm", ["maxsim", "bm25"])
def test_one_arm_alone_finds_pages_too(filled: Service, arm: Arm) -> None:
    best = search(filled, "invoice due", arms=frozenset({arm}))[0]
    assert (best.name, best.page) == ("bills.pdf", 1)


def test_the_same_search_twice_finds_the_same_to_the_last_bit(filled: Service) -> None:
    assert search(filled, "heron island") == search(filled, "heron island")


def test_a_search_finds_the_same_after_the_service_was_opened_again(
    filled: Service, searcher: Callable[[ReadWords], Searcher]
) -> None:
    collection, words = filled.catalog.collection("default"), filled.pages.words
    again = searcher(words).search(collection, SearchQuery("heron island"))
    assert again.hits == search(filled, "heron island")


def test_of_one_document_come_only_so_many_pages_as_wanted(filled: Service) -> None:
    hits = search(filled, "heron island dam", limit=5, per_document=1)
    assert pages(hits) == {("dams.pdf", hits[0].page), ("bills.pdf", hits[1].page)}
    assert hits[0] == search(filled, "heron island dam")[0]


def test_a_document_needs_room_for_a_page() -> None:
    with pytest.raises(InvalidRequest, match="got 0"):
        SearchQuery("heron", per_document=0)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (only(names=["bills.pdf"]), {("bills.pdf", 1), ("bills.pdf", 2)}),
        (only(names=["d*"]), {("dams.pdf", 1), ("dams.pdf", 2), ("dams.pdf", 3)}),
        (PageScope(first=3), {("dams.pdf", 3)}),
        (PageScope(first=2, last=2), {("dams.pdf", 2), ("bills.pdf", 2)}),
        (PageScope(DocumentFilter(names=["bills.pdf"]), first=2), {("bills.pdf", 2)}),
        (only(names=["other.pdf"]), set()),
        (only(documents=[UUID(int=1)]), set()),
        (PageScope(first=4), set()),
    ],
)
def test_a_search_finds_nothing_outside_its_filter(
    filled: Service, scope: PageScope, expected: set[tuple[str, int]]
) -> None:
    assert pages(search(filled, "heron dam invoice the", scope=scope, limit=50)) <= expected
    if expected:
        assert search(filled, "heron dam invoice the", scope=scope, limit=50)


def test_an_empty_collection_finds_nothing(service: Service) -> None:
    service.create_collection("default")
    assert search(service, "heron") == ()


def test_a_question_without_words_finds_nothing(filled: Service) -> None:
    assert search(filled, "?!") == ()


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_blank_question_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        SearchQuery(text)


def test_a_search_without_arms_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least one arm"):
        SearchQuery("heron", arms=frozenset())


def test_collections_do_not_see_one_another(filled: Service) -> None:
    index(filled, "other.pdf", pdf("Herons elsewhere"), "other")
    assert "other.pdf" not in {hit.name for hit in search(filled, "herons elsewhere")}
    found = filled.search("other", SearchQuery("herons elsewhere")).hits
    assert [hit.name for hit in found] == ["other.pdf"]


def test_a_deleted_document_is_gone_from_the_next_search(filled: Service) -> None:
    gone = UUID(index(filled, "dams.pdf", DAMS))
    filled.delete_document("default", gone)
    assert {hit.name for hit in search(filled, "heron dam")} == {"bills.pdf"}


def test_a_search_beside_replacements_sees_one_generation_or_the_other(filled: Service) -> None:
    document = UUID(index(filled, "dams.pdf", DAMS))
    versions = [pdf(*[f"heron version {n}"] * 3) for n in range(3)]
    seen: list[set[tuple[str, int]]] = []
    done = threading.Event()

    def look() -> None:
        scope = PageScope(DocumentFilter(documents=[document]))
        while not done.is_set():
            seen.append(pages(search(filled, "heron dam", scope=scope, limit=9)))

    looking = threading.Thread(target=look)
    looking.start()
    for n, content in enumerate(versions):
        filled.replace("default", document, f"v{n}.pdf", [content])
        filled.worker.run_until_empty()
    done.set()
    looking.join()
    names = {frozenset(name for name, _ in found) for found in seen}
    assert names <= {frozenset({name}) for name in ("dams.pdf", "v0.pdf", "v1.pdf", "v2.pdf")}
    assert {len(found) for found in seen} == {3}


def test_a_document_deleted_in_the_middle_of_a_search_is_not_found_by_it(
    filled: Service, searcher: Callable[[ReadWords], Searcher]
) -> None:
    gone = UUID(index(filled, "dams.pdf", DAMS))

    def deleting(generation: UUID, page: int) -> PageWords:
        if len(filled.catalog.documents("default")) == 2:
            filled.delete_document("default", gone)
        return filled.pages.words(generation, page)

    collection = filled.catalog.collection("default")
    hits = searcher(deleting).search(collection, SearchQuery("heron dam")).hits
    assert {hit.name for hit in hits} == {"bills.pdf"}


def test_a_search_whose_documents_keep_going_ends(
    filled: Service, searcher: Callable[[ReadWords], Searcher]
) -> None:
    def always_gone(generation: UUID, page: int) -> PageWords:
        raise PageNotFound(f"page {page} of {generation} is gone")

    collection = filled.catalog.collection("default")
    with pytest.raises(Unavailable, match="try again"):
        searcher(always_gone).search(collection, SearchQuery("heron"))


def test_a_hit_does_not_depend_on_how_many_are_asked_for(filled: Service) -> None:
    few, many = (search(filled, "heron island", limit=limit) for limit in (2, 50))
    assert few == many[:2]
