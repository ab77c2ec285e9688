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
    assert len(index.rank("dams herons lakes", 1000)) == 3


def test_a_corpus_is_indexed_once_whatever_its_ids(index: PageIndex, desk: LocalDesk) -> None:
    first = index.put(PAGES[:2])
    again = index.put([(f"other {name}", image) for name, image in reversed(PAGES[:2])])
    assert again == first
    assert first.startswith("tiny-")
    assert len(desk.documents(first, limit=10, cursor=None).documents) == 2
    assert index.rank("herons nest", 1)[0][0] == "other b"


def test_another_corpus_is_another_collection(index: PageIndex) -> None:
    assert index.put(PAGES[:2]) != index.put(PAGES[:1])
    assert [name for name, _ in index.rank("herons nest", 5)] == ["../a"]


def test_pages_of_the_same_bytes_are_found_under_all_their_ids(index: PageIndex) -> None:
    index.put([*PAGES[:2], ("twin", PAGES[1][1]), ("triplet", PAGES[1][1])])
    found = index.rank("herons nest", 4)
    assert [name for name, _ in found] == ["b", "twin", "triplet", "../a"]
    assert [name for name, _ in index.rank("herons nest", 1)] == ["b"]
    scores = [np.float32(score) for _, score in found]
    assert all(above > below for above, below in pairwise(scores))


def test_the_arms_of_a_search_are_those_that_were_chosen(desk: LocalDesk, tmp_path: Path) -> None:
    wanted = NewCollection(name="tiny")
    absent = PageIndex(desk, tmp_path / "pages", wanted=wanted, arms=["words"])
    absent.put(PAGES[:1])
    with pytest.raises(InvalidRequest, match="has the arms maxsim, bm25, none of words"):
        absent.rank("dams", 5)


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
