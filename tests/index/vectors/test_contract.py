"""One contract for every vector store: Qdrant Edge, the client, and a server when there is one."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import QdrantClient

from index.errors import DataFolderBusy, VectorStoreUnavailable
from index.records import Rows, SparseVector
from index.vectors.base import PagePoint, VectorStore, max_rows
from index.vectors.edge import EdgeVectorStore
from index.vectors.server import QdrantVectorStore
from tests.conftest import unit_rows

pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes have no effect",  # the client's in-memory mode has none
)
SERVER_URL = os.environ.get("PAGESIGHT_TEST_QDRANT_URL")  # noqa: TID251  a test's own switch
DIM = 16
COLLECTION = f"contract-{uuid4().hex[:8]}"
FIRST, SECOND = UUID(int=1), UUID(int=2)


@pytest.fixture(
    params=["edge", "client", pytest.param("server", marks=pytest.mark.server)],
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    opened = _open(request.param, tmp_path)
    opened.create(COLLECTION, dim=DIM)
    yield opened
    opened.drop(COLLECTION)
    opened.close()


def _open(kind: str, folder: Path) -> VectorStore:
    if kind == "edge":
        return EdgeVectorStore(folder)
    if kind == "client":
        return QdrantVectorStore(QdrantClient(":memory:"))
    if SERVER_URL is None:
        pytest.skip("PAGESIGHT_TEST_QDRANT_URL is not set")
    return QdrantVectorStore.connect(SERVER_URL, api_key=None)


def terms(*pairs: tuple[int, float]) -> SparseVector:
    ordered = sorted(pairs)
    return SparseVector(
        np.array([i for i, _ in ordered], dtype=np.uint32),
        np.array([v for _, v in ordered], dtype=np.float32),
    )


def page(number: int, *pairs: tuple[int, float], n_rows: int = 5) -> PagePoint:
    return PagePoint(number, unit_rows(n_rows, DIM, seed=number), terms(*pairs))


def read(store: VectorStore, generation: UUID) -> dict[int, Rows]:
    return dict(store.read_rows(COLLECTION, generation))


def test_rows_come_back_as_they_were_put_within_half_precision(store: VectorStore) -> None:
    put = page(1, (7, 1.0), n_rows=40)
    store.put_pages(COLLECTION, FIRST, [put])

    rows = read(store, FIRST)[1]

    assert np.abs(rows.vectors - put.rows.vectors).max() < 1e-3
    assert np.abs(rows.boxes - put.rows.boxes).max() < 1e-4
    assert rows.kinds.tolist() == put.rows.kinds.tolist()


def test_a_page_without_words_is_kept_and_counted(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, n_rows=0)])

    assert len(read(store, FIRST)[1]) == 0
    assert store.count_pages(COLLECTION, FIRST) == 1


def test_putting_a_page_twice_leaves_one(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (7, 1.0))])
    store.put_pages(COLLECTION, FIRST, [page(1, (8, 1.0), n_rows=3)])

    assert store.count_pages(COLLECTION, FIRST) == 1
    assert len(read(store, FIRST)[1]) == 3
    assert store.search_pages(COLLECTION, terms((7, 1.0)), limit=5, only=None) == []


def test_many_pages_are_all_read_back(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(n, (n, 1.0)) for n in range(1, 151)])

    assert sorted(read(store, FIRST)) == list(range(1, 151))


def test_a_rare_term_counts_more_than_a_common_one(store: VectorStore) -> None:
    common, rare = 1, 2
    store.put_pages(COLLECTION, FIRST, [page(n, (common, 1.0)) for n in range(1, 9)])
    store.put_pages(COLLECTION, SECOND, [page(1, (rare, 1.0))])

    hits = store.search_pages(COLLECTION, terms((common, 1.0), (rare, 1.0)), limit=9, only=None)

    assert (hits[0].generation, hits[0].page) == (SECOND, 1)
    expected_idf = np.log((9 - 1 + 0.5) / (1 + 0.5) + 1)  # Qdrant's documented formula
    assert hits[0].score == pytest.approx(expected_idf, rel=1e-3)


def test_a_search_can_be_kept_to_some_generations(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0))])
    store.put_pages(COLLECTION, SECOND, [page(1, (1, 1.0))])

    only_second = store.search_pages(COLLECTION, terms((1, 1.0)), limit=9, only=[SECOND])

    assert [hit.generation for hit in only_second] == [SECOND]
    assert store.search_pages(COLLECTION, terms((1, 1.0)), limit=9, only=[]) == []


def test_a_context_is_read_back_as_page_0_and_is_no_page(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0)), page(2, (2, 1.0))])
    store.put_context(COLLECTION, FIRST, unit_rows(2, DIM, seed=99))

    found = read(store, FIRST)

    assert sorted(found) == [0, 1, 2]
    assert len(found[0]) == 2
    assert store.count_pages(COLLECTION, FIRST) == 2


def test_a_question_without_terms_finds_nothing(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0))])

    assert store.search_pages(COLLECTION, terms(), limit=9, only=None) == []


def test_deleting_a_generation_leaves_the_others(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0))])
    store.put_context(COLLECTION, FIRST, unit_rows(2, DIM, seed=99))
    store.put_pages(COLLECTION, SECOND, [page(1, (1, 1.0))])

    store.delete_generation(COLLECTION, FIRST)
    store.delete_generation(COLLECTION, FIRST)

    assert read(store, FIRST) == {}
    assert store.count_pages(COLLECTION, SECOND) == 1


def test_creating_a_collection_twice_keeps_what_is_in_it(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0))])

    store.create(COLLECTION, dim=DIM)

    assert store.count_pages(COLLECTION, FIRST) == 1


def test_a_missing_collection_is_an_error_not_an_empty_result(store: VectorStore) -> None:
    with pytest.raises(VectorStoreUnavailable):
        store.search_pages("nowhere", terms((1, 1.0)), limit=9, only=None)


def test_edge_keeps_everything_across_a_reopen(tmp_path: Path) -> None:
    first = EdgeVectorStore(tmp_path)
    first.create(COLLECTION, dim=DIM)
    first.put_pages(COLLECTION, FIRST, [page(1, (1, 1.0))])
    first.flush(COLLECTION)
    first.close()

    again = EdgeVectorStore(tmp_path)

    assert again.count_pages(COLLECTION, FIRST) == 1
    again.close()


def test_a_second_owner_of_an_edge_folder_is_told_so(tmp_path: Path) -> None:
    first = EdgeVectorStore(tmp_path)
    first.create(COLLECTION, dim=DIM)

    with pytest.raises(DataFolderBusy, match="another process owns"):
        EdgeVectorStore(tmp_path).count_pages(COLLECTION, FIRST)
    first.close()


def test_a_server_that_is_not_there_is_an_error() -> None:
    absent = QdrantVectorStore.connect("http://127.0.0.1:9", api_key=None)

    with pytest.raises(VectorStoreUnavailable):
        absent.count_pages(COLLECTION, FIRST)


def test_the_row_limit_follows_qdrants() -> None:
    assert max_rows(128) == 8191
    assert max_rows(4096) == 255
