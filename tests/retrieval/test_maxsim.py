import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Float32, Question
from retrieval.maxsim import maxsim, row_similarities

DIM = 192


def unit_rows(n_rows: int, *, seed: int, dim: int = DIM) -> Float32:
    rows = np.random.default_rng(seed).standard_normal((n_rows, dim))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def question(vectors: Float32, weights: list[float] | None = None) -> Question:
    given_weights = np.array(weights or [1.0] * len(vectors), np.float32)
    return Question("as asked", vectors, given_weights, tuple("t" * len(vectors)))


def test_the_score_is_the_weighted_sum_of_each_tokens_best_row() -> None:
    tokens = np.array([[1, 0], [0, 1]], np.float32)
    page = np.array([[1, 0], [0.6, 0.8]], np.float32)
    assert maxsim(question(tokens, [2.0, 10.0]), [page]) == pytest.approx([2 * 1.0 + 10 * 0.8])


def test_a_token_of_weight_zero_changes_nothing() -> None:
    tokens = unit_rows(3, seed=1)
    pages = [unit_rows(50, seed=2), unit_rows(7, seed=3)]
    without = maxsim(question(tokens[:2]), pages)
    assert maxsim(question(tokens, [1, 1, 0]), pages).tobytes() == without.tobytes()


def test_a_short_page_keeps_its_negative_score_beside_a_long_one() -> None:
    tokens = np.array([[1, 0]], np.float32)
    away, far = np.array([[-1, 0]], np.float32), np.array([[-0.6, 0.8]] * 9, np.float32)
    assert maxsim(question(tokens), [away, far]) == pytest.approx([-1.0, -0.6])


def test_a_page_without_rows_scores_below_every_other() -> None:
    empty = np.empty((0, 2), np.float32)
    opposite = np.array([[-1, 0]], np.float32)
    scores = maxsim(question(np.array([[1, 0]], np.float32)), [empty, opposite])
    assert scores[0] == -np.inf
    assert np.isfinite(scores[1])


@settings(deadline=None)
@given(lengths=st.lists(st.integers(1, 300), min_size=1, max_size=12), n_tokens=st.integers(1, 40))
def test_a_score_has_the_same_bytes_alone_and_among_others(
    lengths: list[int], n_tokens: int
) -> None:
    asked = question(unit_rows(n_tokens, seed=99))
    pages = [unit_rows(n, seed=i) for i, n in enumerate(lengths)]
    together = maxsim(asked, pages)
    alone = np.concatenate([maxsim(asked, [page]) for page in pages])
    assert together.tobytes() == alone.tobytes()


def test_rows_score_alike_wherever_they_lie_in_memory() -> None:
    asked, page = question(unit_rows(9, seed=1)), unit_rows(101, seed=2)
    packed = np.concatenate([unit_rows(3, seed=5), page, unit_rows(4, seed=6)])
    assert maxsim(asked, [packed[3:104]]).tobytes() == maxsim(asked, [page]).tobytes()


def test_half_precision_rows_are_scored_in_single_precision() -> None:
    asked, page = question(unit_rows(5, seed=1)), unit_rows(40, seed=2).astype(np.float16)
    assert maxsim(asked, [page]).tobytes() == maxsim(asked, [page.astype(np.float32)]).tobytes()


def test_no_pages_give_no_scores() -> None:
    assert maxsim(question(unit_rows(2, seed=1)), []).shape == (0,)


def test_rows_of_another_model_are_refused_with_both_lengths() -> None:
    with pytest.raises(ValueError, match=r"\(n_rows, 192\), got \(4, 128\)"):
        maxsim(question(unit_rows(2, seed=1)), [unit_rows(4, seed=2, dim=128)])


def test_row_similarities_hold_every_token_against_every_row() -> None:
    tokens, page = unit_rows(3, seed=1), unit_rows(5, seed=2)
    similarities = row_similarities(question(tokens, [0, 1, 1]), page)
    assert similarities.shape == (3, 5)
    assert similarities[2, 4] == pytest.approx(float(np.dot(tokens[2], page[4])), abs=1e-6)


def test_a_page_may_be_found_by_its_documents_context() -> None:
    tokens = np.array([[1, 0], [0, 1]], np.float32)
    page, context = np.array([[1, 0]], np.float32), np.array([[0.6, 0.8]], np.float32)
    none = np.empty((0, 2), np.float32)
    scores = maxsim(question(tokens), [page, page], contexts=[none, context], owner=[0, 1])
    assert scores == pytest.approx([1.0, 1.8])


def test_a_context_does_not_find_a_page_without_rows() -> None:
    tokens = np.array([[1, 0]], np.float32)
    empty = np.empty((0, 2), np.float32)
    assert maxsim(question(tokens), [empty], contexts=[tokens], owner=[0])[0] == -np.inf
