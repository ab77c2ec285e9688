"""One contract for every vector store: Qdrant Edge, the client's own mode, and a server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import QdrantClient

from index.errors import DataFolderBusy, PageNotFound, VectorStoreUnavailable
from index.pooling import pooled
from index.records import Question, Rows, SparseVector
from index.vectors.base import PageHit, PagePoint, VectorStore, Within, max_rows
from index.vectors.edge import EdgeVectorStore
from index.vectors.server import QdrantVectorStore
from retrieval.maxsim import maxsim
from tests.conftest import unit_rows

pytestmark = [  # the client's in-memory mode has no indexes and no parameters of a search
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]
DIM = 16
COLLECTION = f"contract-{uuid4().hex[:8]}"
FIRST, SECOND = UUID(int=1), UUID(int=2)


@pytest.fixture(params=["edge", "client", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path, qdrant_url: str) -> Iterator[VectorStore]:
    opened = _open(request.param, tmp_path, qdrant_url)
    opened.create(COLLECTION, dim=DIM, pooled=True)
    yield opened
    opened.drop(COLLECTION)
    opened.close()


def _open(kind: str, folder: Path, url: str) -> VectorStore:
    if kind == "edge":
        return EdgeVectorStore(folder)
    if kind == "client":
        return QdrantVectorStore(QdrantClient(":memory:"))
    return QdrantVectorStore.connect(url, api_key=None)


def terms(*pairs: tuple[int, float]) -> SparseVector:
    ordered = sorted(pairs)
    return SparseVector(
        np.array([i for i, _ in ordered], dtype=np.uint32),
        np.array([v for _, v in ordered], dtype=np.float32),
    )


def page(number: int, *pairs: tuple[int, float], n_rows: int = 5) -> PagePoint:
    rows = unit_rows(n_rows, DIM, seed=number)
    return PagePoint(number, rows, terms(*pairs), pooled(rows))


@pytest.fixture
def question() -> Question:
    """Four tokens, one of which does not count."""
    weights = np.array([1, 0, 2, 0.5], np.float32)
    return Question("q", unit_rows(4, DIM, seed=999).vectors, weights, ("a", "b", "c", "d"))


@pytest.fixture
def pages(store: VectorStore) -> dict[tuple[UUID, int], PagePoint]:
    """Two documents of twenty pages of five to sixteen rows."""
    put = {}
    for generation, start in ((FIRST, 0), (SECOND, 100)):
        rows = [unit_rows(5 + n % 12, DIM, seed=start + n) for n in range(1, 21)]
        points = [PagePoint(n, one, terms(), pooled(one)) for n, one in enumerate(rows, 1)]
        store.put_pages(COLLECTION, generation, points)
        store.put_context(COLLECTION, generation, unit_rows(2, DIM, seed=start))
        put.update({(generation, point.page): point for point in points})
    return put


def named(hits: list[PageHit]) -> list[tuple[UUID, int]]:
    return [(hit.generation, hit.page) for hit in hits]


def read(store: VectorStore, generation: UUID) -> dict[int, Rows]:
    return dict(store.read_rows(COLLECTION, generation))


def test_rows_come_in_the_order_of_their_pages_behind_the_context(store: VectorStore) -> None:
    numbers = [*range(40, 0, -1)]
    store.put_pages(COLLECTION, FIRST, [page(n) for n in numbers])
    store.put_context(COLLECTION, FIRST, unit_rows(2, DIM))
    assert [n for n, _ in store.read_rows(COLLECTION, FIRST)] == [0, *sorted(numbers)]


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


def test_a_collection_that_is_not_there_has_nothing_to_delete(store: VectorStore) -> None:
    store.delete_generation("never-made", FIRST)


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


def test_pages_are_ranked_by_the_maxsim_of_their_rows(
    store: VectorStore, question: Question, pages: dict[tuple[UUID, int], PagePoint]
) -> None:
    scores = maxsim(question, [point.rows.vectors for point in pages.values()])
    expected = sorted(zip(scores.tolist(), pages, strict=True), reverse=True)[:10]

    hits = store.search_rows(COLLECTION, question, limit=10, prefetch=40, within=Within())

    assert named(hits) == [page for _, page in expected]
    found = [hit.score for hit in hits]
    np.testing.assert_allclose(found, [score for score, _ in expected], atol=2e-3)  # float16


def test_only_pages_whose_pooled_rows_are_in_front_are_looked_at_closely(
    store: VectorStore, question: Question, pages: dict[tuple[UUID, int], PagePoint]
) -> None:
    rough = maxsim(question, [pooled(point.rows) for point in pages.values()])
    expected = {page for _, page in sorted(zip(rough.tolist(), pages, strict=True))[-3:]}

    hits = store.search_rows(COLLECTION, question, limit=10, prefetch=3, within=Within())

    assert set(named(hits)) == expected


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Within([SECOND]), {(SECOND, n) for n in range(1, 21)}),
        (Within(first=19), {(g, n) for g in (FIRST, SECOND) for n in (19, 20)}),
        (Within([FIRST], first=2, last=3), {(FIRST, 2), (FIRST, 3)}),
        (Within([]), set()),
    ],
)
@pytest.mark.usefixtures("pages")
def test_a_search_of_rows_finds_nothing_outside_what_it_is_kept_to(
    store: VectorStore, question: Question, within: Within, expected: set[tuple[UUID, int]]
) -> None:
    hits = store.search_rows(COLLECTION, question, limit=40, prefetch=40, within=within)

    assert set(named(hits)) == expected


def test_contexts_and_pages_without_rows_are_no_hits(
    store: VectorStore, question: Question
) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1), page(2, n_rows=0)])
    store.put_context(COLLECTION, FIRST, unit_rows(2, DIM))

    hits = store.search_rows(COLLECTION, question, limit=9, prefetch=9, within=Within())

    assert named(hits) == [(FIRST, 1)]


def test_a_question_whose_tokens_all_weigh_nothing_finds_no_rows(
    store: VectorStore, question: Question
) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1)])
    silent = replace(question, weights=np.zeros(4, np.float32))

    assert store.search_rows(COLLECTION, silent, limit=9, prefetch=9, within=Within()) == []


def test_a_weight_below_zero_is_refused(store: VectorStore, question: Question) -> None:
    against = replace(question, weights=-question.weights)

    with pytest.raises(ValueError, match="below 0"):
        store.search_rows(COLLECTION, against, limit=9, prefetch=9, within=Within())


def test_a_collection_without_pooled_rows_is_an_error_not_an_empty_result(
    store: VectorStore, question: Question
) -> None:
    store.create(f"{COLLECTION}-plain", dim=DIM)
    plain = PagePoint(1, unit_rows(3, DIM), terms())
    store.put_pages(f"{COLLECTION}-plain", FIRST, [plain])

    with pytest.raises(VectorStoreUnavailable, match="pooled"):
        store.search_rows(f"{COLLECTION}-plain", question, limit=9, prefetch=9, within=Within())
    store.drop(f"{COLLECTION}-plain")


def test_pages_are_read_in_the_order_asked(
    store: VectorStore, pages: dict[tuple[UUID, int], PagePoint]
) -> None:
    wanted = [(SECOND, 7), (FIRST, 20), (SECOND, 1), *((FIRST, n) for n in range(1, 20))]

    found = [*store.read_pages(COLLECTION, wanted)]

    for key, rows in zip(wanted, found, strict=True):
        assert np.abs(rows.vectors - pages[key].rows.vectors).max() < 1e-3


def test_a_point_that_is_read_and_put_again_is_read_as_the_same_bits(store: VectorStore) -> None:
    store.put_pages(COLLECTION, FIRST, [page(1, (3, 0.1), (9, 2.5)), page(2, n_rows=0)])
    store.put_context(COLLECTION, FIRST, unit_rows(4, DIM, seed=7))
    read = [*store.read_points(COLLECTION, [(FIRST, 0), (FIRST, 1), (FIRST, 2)])]

    store.put_pages(COLLECTION, SECOND, read)
    again = [*store.read_points(COLLECTION, [(SECOND, 0), (SECOND, 1), (SECOND, 2)])]

    assert [point.page for point in again] == [0, 1, 2]
    assert [len(point.rows) for point in again] == [4, 5, 0]
    assert dict(zip(again[1].terms.indices, again[1].terms.values, strict=True)) == {
        3: np.float32(0.1),
        9: np.float32(2.5),
    }
    for first, second in zip(read, again, strict=True):
        assert np.array_equal(first.rows.vectors, second.rows.vectors)
        assert np.array_equal(first.rows.boxes, second.rows.boxes)
        assert np.array_equal(first.rows.kinds, second.rows.kinds)
        assert np.array_equal(first.terms.indices, second.terms.indices)
    assert read[1].pooled is not None
    assert again[1].pooled is not None
    assert np.array_equal(read[1].pooled, again[1].pooled)


def test_a_collection_is_there_until_it_is_dropped(store: VectorStore) -> None:
    assert store.has(COLLECTION)
    store.drop(COLLECTION)
    assert not store.has(COLLECTION)


@pytest.mark.usefixtures("pages")
def test_a_page_that_is_gone_is_an_error(store: VectorStore) -> None:
    with pytest.raises(PageNotFound, match="page 21"):
        list(store.read_pages(COLLECTION, [(FIRST, 20), (FIRST, 21)]))


@pytest.mark.usefixtures("pages")
def test_the_points_of_each_generation_are_counted_with_its_context(store: VectorStore) -> None:
    assert store.generations(COLLECTION) == {FIRST: 21, SECOND: 21}


def test_a_store_of_many_points_is_counted_to_its_end(store: VectorStore) -> None:
    few = [PagePoint(n, unit_rows(1, DIM), terms()) for n in range(1, 2101)]
    store.put_pages(COLLECTION, FIRST, few)

    assert store.generations(COLLECTION) == {FIRST: 2100}


def test_sound_points_are_examined_without_a_fault(
    store: VectorStore, pages: dict[tuple[UUID, int], PagePoint]
) -> None:
    found = {point.page: point for point in store.examine(COLLECTION, SECOND)}

    assert set(found) == set(range(21))
    assert {point.fault for point in found.values()} == {""}
    for (generation, number), put in pages.items():
        if generation == SECOND:
            rows = found[number].rows
            assert rows is not None
            assert np.abs(rows.vectors - put.rows.vectors).max() < 1e-3
            assert found[number].n_pooled == len(put.pooled if put.pooled is not None else ())


def test_rows_that_lost_their_length_are_named_by_examining_them(
    store: VectorStore,
) -> None:
    damaged = page(1)
    store.put_pages(COLLECTION, FIRST, [damaged, page(2)])
    damaged.rows.vectors[2] *= 2
    store.put_pages(COLLECTION, FIRST, [damaged])

    found = {point.page: point for point in store.examine(COLLECTION, FIRST)}

    assert found[1].rows is None
    assert "2.00" in found[1].fault
    assert found[2].fault == ""


def test_the_collections_that_are_there_are_listed(store: VectorStore) -> None:
    store.create(f"{COLLECTION}-other", dim=DIM)

    assert {COLLECTION, f"{COLLECTION}-other"} <= set(store.collections())
    store.drop(f"{COLLECTION}-other")
    assert f"{COLLECTION}-other" not in store.collections()


def test_edge_keeps_everything_across_a_reopen(tmp_path: Path) -> None:
    first = EdgeVectorStore(tmp_path)
    first.create(COLLECTION, dim=DIM, pooled=True)
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


def test_the_row_limit_follows_qdrants() -> None:
    assert max_rows(128) == 8191
    assert max_rows(4096) == 255


@pytest.mark.usefixtures("pages")
def test_a_generation_is_copied_value_for_value(store: VectorStore, question: Question) -> None:
    store.put_pages(COLLECTION, SECOND, [page(21, (7, 1.5)), page(22, n_rows=0)])
    other = f"{COLLECTION}-2"
    store.create(other, dim=DIM, pooled=True)

    store.copy_generation(COLLECTION, other, SECOND)

    assert store.count_pages(other, FIRST) == 0
    assert store.count_pages(other, SECOND) == store.count_pages(COLLECTION, SECOND) == 22
    put, copied = read(store, SECOND), dict(store.read_rows(other, SECOND))
    assert put.keys() == copied.keys() == {0, *range(1, 23)}
    for number, rows in put.items():
        assert np.array_equal(copied[number].vectors, rows.vectors)
        assert np.array_equal(copied[number].boxes, rows.boxes)
    hits = [
        store.search_rows(
            name, question, limit=30, prefetch=30, within=Within(generations=[SECOND])
        )
        for name in (COLLECTION, other)
    ]
    assert hits[0] == hits[1]
    assert named(store.search_pages(other, terms((7, 1.0)), limit=5, only=None)) == [(SECOND, 21)]
    store.drop(other)


def test_copying_twice_leaves_each_point_once(store: VectorStore) -> None:
    other = f"{COLLECTION}-2"
    store.create(other, dim=DIM, pooled=True)
    store.put_pages(COLLECTION, FIRST, [page(1, (7, 1.0))])
    for _ in range(2):
        store.copy_generation(COLLECTION, other, FIRST)

    assert store.count_pages(other, FIRST) == 1
    store.drop(other)
