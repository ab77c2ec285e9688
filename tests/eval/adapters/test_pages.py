from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from api.desk import LocalDesk
from api.schemas import NewCollection
from eval.adapters.pages import PageIndex
from index.errors import IndexIncomplete, InvalidRequest
from tests.eval.pictures import packed, page

PAGES = [("../a", page("Dams are tall")), ("b", page("Herons nest")), ("c", page("Lakes freeze"))]


@pytest.fixture
def index(desk: LocalDesk, tmp_path: Path) -> PageIndex:
    return PageIndex(desk, tmp_path / "pages", wanted=NewCollection(name="tiny"))


def test_the_page_that_says_it_comes_first_under_its_own_id(index: PageIndex) -> None:
    index.put(PAGES)
    assert index.rank("Are dams tall?", 3)[0][0] == "../a"
    assert index.rank("Where do herons nest?", 1)[0][0] == "b"


def test_a_corpus_is_indexed_once_whatever_its_ids(index: PageIndex, desk: LocalDesk) -> None:
    first = index.put(PAGES)
    again = index.put([(f"other {name}", image) for name, image in reversed(PAGES)])
    assert again == first
    assert first.startswith("tiny-")
    assert len(desk.documents(first, limit=10, cursor=None).documents) == 3
    assert index.rank("herons nest", 1)[0][0] == "other b"


def test_another_corpus_is_another_collection(index: PageIndex) -> None:
    assert index.put(PAGES) != index.put(PAGES[:2])
    assert {name for name, _ in index.rank("lakes freeze", 5)} <= {"../a", "b"}


def test_pages_of_the_same_bytes_are_found_under_all_their_ids(index: PageIndex) -> None:
    index.put([*PAGES, ("twin", PAGES[1][1])])
    assert [name for name, _ in index.rank("herons nest", 2)] == ["b", "twin"]
    assert [name for name, _ in index.rank("herons nest", 1)] == ["b"]


def test_scores_fall_strictly_also_for_twins_and_in_single_precision(index: PageIndex) -> None:
    index.put([*PAGES, ("twin", PAGES[1][1]), ("triplet", PAGES[1][1])])
    scores = [np.float32(score) for _, score in index.rank("herons nest", 5)]
    assert len(scores) >= 3
    assert all(above > below for above, below in pairwise(scores))


def test_more_pages_than_a_search_gives_may_be_asked_for(index: PageIndex) -> None:
    index.put(PAGES)
    assert len(index.rank("dams herons lakes", 1000)) == 3


def test_arms_of_the_searches_can_be_chosen(desk: LocalDesk, tmp_path: Path) -> None:
    wanted = NewCollection(name="tiny")
    words = PageIndex(desk, tmp_path / "pages", wanted=wanted, arms=["bm25"])
    words.put(PAGES)
    assert [name for name, _ in words.rank("herons", 3)] == ["b"]


def test_a_page_that_cannot_be_indexed_stops_the_measuring(index: PageIndex) -> None:
    thin = packed(page("", (900, 1)))
    with pytest.raises(IndexIncomplete, match="1 of 2 pages were not indexed"):
        index.put([*PAGES[:1], ("thin", thin)])


def test_a_corpus_needs_pages_and_pages_need_images(index: PageIndex) -> None:
    with pytest.raises(InvalidRequest, match="has no pages"):
        index.put([])
    with pytest.raises(InvalidRequest, match="page x has no image"):
        index.put([("x", None)])


def test_nothing_can_be_asked_before_a_corpus_is_there(index: PageIndex) -> None:
    with pytest.raises(InvalidRequest, match="no corpus yet"):
        index.rank("herons", 3)
