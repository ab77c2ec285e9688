from pathlib import Path

import numpy as np

from eval.bench.collection import BLOCK_PAGES, BenchCollection
from eval.bench.pages import SyntheticPages
from retrieval.maxsim import maxsim

N_PAGES = 120


def test_the_truth_is_what_the_exact_score_of_every_page_says(
    collection: BenchCollection, pages: SyntheticPages
) -> None:
    rows = [pages.page(number).vectors for number in range(N_PAGES)]

    for question, found in zip(collection.questions, collection.truth(N_PAGES, 10), strict=True):
        assert found.tolist() == np.argsort(-maxsim(question, rows))[:10].tolist()


def test_the_page_of_a_question_is_found_first(
    collection: BenchCollection, pages: SyntheticPages
) -> None:
    sources = [pages.question(n, N_PAGES)[1] for n in range(len(collection.questions))]

    assert [found[0] for found in collection.truth(N_PAGES, 1)] == sources


def test_slots_hold_the_pages_in_their_order(
    collection: BenchCollection, pages: SyntheticPages
) -> None:
    last = pages.page(N_PAGES - 1).vectors

    assert len(collection.slots) == N_PAGES > 2 * BLOCK_PAGES
    assert np.allclose(collection.view.vectors(int(collection.slots[-1])), last, atol=1e-3)
    assert np.array_equal(collection.float32[-1], last)


def test_a_collection_that_grew_is_the_one_that_was_made_at_once(
    collection: BenchCollection, pages: SyntheticPages, tmp_path: Path
) -> None:
    grown = BenchCollection(tmp_path / "grown", pages, collection.questions, n_float32=7)
    grown.grow(13)
    grown.grow(N_PAGES)
    question = collection.questions[0]

    assert np.array_equal(grown.scorer(question).rough(), collection.scorer(question).rough())
    assert np.array_equal(grown.float32, collection.float32[:7])
    assert [one.tolist() for one in grown.truth(13, 3)] == [
        one.tolist() for one in collection.truth(13, 3)
    ]
    grown.close()


def test_a_page_costs_its_rows_in_every_form(collection: BenchCollection) -> None:
    n_rows, dim = 70, 32
    exact_and_places = n_rows * (2 * dim + 9)

    assert collection.page_bytes > exact_and_places + n_rows * dim
    assert collection.build_cpu_s > 0
