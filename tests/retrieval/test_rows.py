from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index.errors import PageNotFound
from index.records import SparseVector
from index.vectors.base import PagePoint
from index.vectors.edge import EdgeVectorStore
from retrieval.rows import RowCache
from tests.conftest import unit_rows

FIRST, SECOND = UUID(int=1), UUID(int=2)
NO_TERMS = SparseVector(np.zeros(0, np.uint32), np.zeros(0, np.float32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeVectorStore]:
    opened = EdgeVectorStore(tmp_path)
    opened.create("c", dim=16)
    yield opened
    opened.close()


def put(store: EdgeVectorStore, generation: UUID, *pages: int) -> None:
    points = [PagePoint(page, unit_rows(page, seed=page), NO_TERMS) for page in pages]
    store.put_pages("c", generation, points)
    store.put_context("c", generation, unit_rows(2))


def test_the_pages_of_a_generation_come_in_order_with_their_rows(store: EdgeVectorStore) -> None:
    put(store, FIRST, 3, 1, 2)
    (rows,) = RowCache(store).rows("c", [FIRST])
    assert rows.pages == (1, 2, 3)
    assert [len(page) for page in rows.rows] == [1, 2, 3]
    assert [page.boxes.shape for page in rows.rows] == [(1, 4), (2, 4), (3, 4)]
    np.testing.assert_allclose(rows.rows[2].vectors, unit_rows(3, seed=3).vectors, atol=2e-3)


def test_generations_come_in_the_order_asked_for(store: EdgeVectorStore) -> None:
    put(store, FIRST, 1)
    put(store, SECOND, 1, 2)
    found = RowCache(store).rows("c", [SECOND, FIRST, SECOND])
    assert [len(rows.pages) for rows in found] == [2, 1, 2]


def test_what_was_read_once_is_not_read_again(store: EdgeVectorStore) -> None:
    put(store, FIRST, 1)
    cache = RowCache(store)
    (first,) = cache.rows("c", [FIRST])
    store.delete_generation("c", FIRST)
    (again,) = cache.rows("c", [FIRST])
    assert again is first


def test_what_is_not_live_any_more_is_dropped(store: EdgeVectorStore) -> None:
    put(store, FIRST, 1)
    put(store, SECOND, 1)
    cache = RowCache(store)
    first, second = cache.rows("c", [FIRST, SECOND])
    cache.keep_only("c", {SECOND})
    put(store, FIRST, 1, 2)
    assert cache.rows("c", [FIRST])[0].pages == (1, 2)
    assert cache.rows("c", [SECOND])[0] is second
    assert first.pages == (1,)


def test_the_rows_of_a_store_that_answers_no_more_are_dropped(store: EdgeVectorStore) -> None:
    put(store, FIRST, 1)
    cache = RowCache(store)
    cache.turn_to("collection", "c")
    (first,) = cache.rows("c", [FIRST])
    cache.turn_to("collection", "c")
    assert cache.rows("c", [FIRST])[0] is first
    cache.turn_to("collection", "c-2")
    assert cache.rows("c", [FIRST])[0] is not first


def test_a_generation_that_was_collected_is_not_found(store: EdgeVectorStore) -> None:
    with pytest.raises(PageNotFound, match="is gone"):
        RowCache(store).rows("c", [FIRST])


def test_keeping_nothing_of_an_unknown_collection_is_fine(store: EdgeVectorStore) -> None:
    RowCache(store).keep_only("other", set())
