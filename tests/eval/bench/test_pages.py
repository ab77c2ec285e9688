import numpy as np
import pytest

from eval.bench.pages import DUPLICATE_EVERY, LIKENESS, Shape, SyntheticPages

WHOLE = Shape()


def likeness(some: SyntheticPages, one: int, other: int) -> float:
    """The mean cosine of two pages, patch by patch."""
    return float((some.page(one).vectors * some.page(other).vectors).sum(axis=1).mean())


@pytest.fixture(scope="module")
def full() -> SyntheticPages:
    return SyntheticPages(WHOLE)


def test_a_page_has_the_shape_of_a_colpali_page(full: SyntheticPages) -> None:
    rows = full.page(0)

    assert rows.vectors.shape == (1030, 128)
    assert np.allclose(np.linalg.norm(rows.vectors, axis=1), 1, atol=1e-5)
    assert rows.boxes[1].tolist() == pytest.approx([1 / 32, 0, 2 / 32, 1 / 32])
    assert rows.boxes[32].tolist() == pytest.approx([0, 1 / 32, 1 / 32, 2 / 32])


def test_a_page_depends_on_its_number_and_the_seed_alone(full: SyntheticPages) -> None:
    again, other = SyntheticPages(WHOLE), SyntheticPages(Shape(seed=8))
    again.page(5)

    assert again.page(3).vectors.tobytes() == full.page(3).vectors.tobytes()
    assert other.page(3).vectors.tobytes() != full.page(3).vectors.tobytes()
    assert full.page(4).vectors.tobytes() != full.page(3).vectors.tobytes()


def test_neighbouring_patches_are_more_alike_than_others_and_all_a_little(
    full: SyntheticPages,
) -> None:
    vectors = full.page(0).vectors[:1024]
    all_pairs = float((vectors @ vectors.T).mean())
    beside = float((vectors[:31] * vectors[1:32]).sum(axis=1).mean())

    assert 0.2 < all_pairs < 0.4
    assert beside > all_pairs + 0.15


def test_every_fifth_page_is_a_near_duplicate_of_the_one_before(full: SyntheticPages) -> None:
    copy = DUPLICATE_EVERY - 1

    assert likeness(full, copy - 1, copy) > likeness(full, copy - 2, copy - 1) + 0.3


def test_the_tokens_of_a_question_are_near_rows_of_its_page(full: SyntheticPages) -> None:
    question, source = full.question(0, 50)
    similarities = question.vectors @ full.page(source).vectors.T

    assert question.vectors.shape == (24, 128)
    assert source < 50
    assert similarities.max(axis=1).mean() == pytest.approx(LIKENESS, abs=0.05)
    assert full.question(1, 50)[0].vectors.tobytes() != question.vectors.tobytes()
