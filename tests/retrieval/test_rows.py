from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import UUID

import numpy as np
import pytest

from index.catalog.entries import Collection, Layer
from index.errors import PageNotFound
from index.records import Rows, SparseVector
from index.vectors.base import PagePoint
from index.vectors.edge import EdgeVectorStore
from retrieval.rows import RowKeeper
from tests.conftest import unit_rows
from tests.index.test_manifest import manifest

FIRST, SECOND = UUID(int=1), UUID(int=2)
NO_TERMS = SparseVector(np.zeros(0, np.uint32), np.zeros(0, np.float32))
COLLECTION = Collection("c", "c-1", manifest(), 1, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def layer() -> Layer:
    return COLLECTION.layers[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeVectorStore]:
    opened = EdgeVectorStore(tmp_path / "vectors")
    opened.create("c-1", dim=16)
    yield opened
    opened.close()


@pytest.fixture
def keeper(store: EdgeVectorStore, tmp_path: Path) -> Iterator[RowKeeper]:
    opened = RowKeeper(store, tmp_path / "sidecar")
    yield opened
    opened.close()


def put(store: EdgeVectorStore, generation: UUID, *pages: int) -> None:
    points = [PagePoint(page, unit_rows(page, seed=page), NO_TERMS) for page in pages]
    store.put_pages("c-1", generation, points)
    store.put_context("c-1", generation, unit_rows(2))


def test_the_pages_of_a_generation_stand_in_order_behind_its_context(
    store: EdgeVectorStore, keeper: RowKeeper, layer: Layer
) -> None:
    put(store, FIRST, 3, 1, 2)
    view = keeper.view(layer, [FIRST])
    assert view.slots[FIRST] == (0, 3)
    assert view.page.tolist() == [0, 1, 2, 3]
    assert np.diff(view.offsets).tolist() == [2, 1, 2, 3]
    np.testing.assert_allclose(view.vectors(3), unit_rows(3, seed=3).vectors, atol=2e-3)


def test_what_was_read_once_is_not_read_again(
    store: EdgeVectorStore, keeper: RowKeeper, layer: Layer, tmp_path: Path
) -> None:
    put(store, FIRST, 1)
    keeper.view(layer, [FIRST])
    store.delete_generation("c-1", FIRST)
    assert FIRST in keeper.view(layer, [FIRST]).slots
    keeper.close()
    again = RowKeeper(store, tmp_path / "sidecar")
    assert FIRST in again.view(layer, [FIRST]).slots
    again.close()


def test_what_is_not_live_any_more_is_read_again_when_it_comes_back(
    store: EdgeVectorStore, keeper: RowKeeper, layer: Layer
) -> None:
    put(store, FIRST, 1)
    put(store, SECOND, 1)
    keeper.view(layer, [FIRST, SECOND])
    keeper.keep_only(layer, {SECOND})
    put(store, FIRST, 1, 2)
    view = keeper.view(layer, [FIRST])
    assert view.slots[FIRST].n_pages == 2
    assert view.slots[SECOND].n_pages == 1


def test_a_generation_that_was_collected_is_not_found(keeper: RowKeeper, layer: Layer) -> None:
    with pytest.raises(PageNotFound, match="is gone"):
        keeper.view(layer, [FIRST])


def test_a_dropped_sidecar_leaves_no_files(
    store: EdgeVectorStore, keeper: RowKeeper, layer: Layer, tmp_path: Path
) -> None:
    put(store, FIRST, 1)
    keeper.view(layer, [FIRST])
    keeper.drop("c-1")
    keeper.drop("c-1")
    assert [path for path in (tmp_path / "sidecar").iterdir() if path.is_dir()] == []


class HeldUp(EdgeVectorStore):
    """Reads nothing of one collection before it is let go.

    Attributes:
        reads: set when somebody wants to.
        may_go_on: to be set.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads, self.may_go_on = Event(), Event()

    def read_rows(self, collection: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        if collection == "c-1":
            self.reads.set()
            self.may_go_on.wait(30)
        return super().read_rows(collection, generation)


def test_a_collection_that_is_read_keeps_no_other_waiting(tmp_path: Path, layer: Layer) -> None:
    store = HeldUp(tmp_path / "vectors")
    other = replace(layer, store="other-1")
    for name in (layer.store, other.store):
        store.create(name, dim=16)
        store.put_context(name, FIRST, unit_rows(2))
    keeper = RowKeeper(store, tmp_path / "sidecar")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(keeper.view, layer, [FIRST])
        store.reads.wait(30)

        assert FIRST in keeper.view(other, [FIRST]).slots
        assert not reading.done()

        store.may_go_on.set()
        assert FIRST in reading.result().slots
    keeper.close()
    store.close()
