from datetime import UTC, datetime
from uuid import UUID

import pytest

from index.catalog.entries import Collection
from index.errors import Unavailable
from retrieval.hits import Hit, SearchQuery, SearchResult
from retrieval.recall import RecallCheck, RecallFigures
from tests.index.test_manifest import manifest
from tests.tiny import wait_for

COLLECTION = Collection("c", "c-1", manifest(), 1, datetime(2026, 1, 1, tzinfo=UTC))


def hit(page: int) -> Hit:
    return Hit(UUID(int=1), UUID(int=2), "a.pdf", page, 1.0, 1.0, {})


class Pages:
    """A search that finds some pages, and others when it is exhaustive."""

    def __init__(self, found: list[int], truth: list[int]) -> None:
        self.found, self.truth = found, truth
        self.asked: list[SearchQuery] = []

    def __call__(self, _: Collection, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        pages = self.truth if query.exhaustive else self.found
        return SearchResult(tuple(map(hit, pages)), {})


def checked(check: RecallCheck, n: int) -> RecallFigures:
    wait_for(lambda: check.figures.n_checked == n)
    return check.figures


def test_the_share_of_the_truth_that_was_found_is_kept() -> None:
    search = Pages([1, 2, 3], [1, 2, 3, 4])
    check = RecallCheck(search, share=1)
    check.observe(COLLECTION, SearchQuery("q", limit=2))
    assert checked(check, 1) == RecallFigures(1, 0.75, 0.75)
    search.found = search.truth

    def is_checked_again() -> bool:
        check.observe(COLLECTION, SearchQuery("q"))
        return check.figures.n_checked >= 2

    wait_for(is_checked_again)
    check.close()
    assert check.figures.least == 0.75
    assert 0.75 < check.figures.recall_at_10 < 1
    assert {query.limit for query in search.asked} == {10}


def test_a_search_finds_what_it_finds_and_is_checked() -> None:
    check = RecallCheck(Pages([2, 5], [5, 2]), share=1)
    found = check.search(COLLECTION, SearchQuery("q"))
    assert [one.page for one in found.hits] == [2, 5]
    assert checked(check, 1).recall_at_10 == 1
    check.close()


def test_nothing_to_find_is_nothing_lost() -> None:
    check = RecallCheck(Pages([], []), share=1)
    check.observe(COLLECTION, SearchQuery("q"))
    assert checked(check, 1) == RecallFigures(1, 1.0, 1.0)
    check.close()


@pytest.mark.parametrize(("share", "exhaustive"), [(0.0, False), (1.0, True)])
def test_searches_that_need_no_check_are_left_alone(share: float, *, exhaustive: bool) -> None:
    search = Pages([1], [1])
    check = RecallCheck(search, share=share)
    check.observe(COLLECTION, SearchQuery("q", exhaustive=exhaustive))
    check.close()
    assert search.asked == []


def test_a_check_that_fails_is_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    def down(_: Collection, __: SearchQuery) -> SearchResult:
        raise Unavailable("the store does not answer")

    check = RecallCheck(down, share=1)
    check.observe(COLLECTION, SearchQuery("q"))
    check.close()
    assert check.figures == RecallFigures()
    assert "recall not checked" in caplog.text
