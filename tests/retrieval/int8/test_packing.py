import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.int8.packing import (
    GROUP,
    PackedPages,
    group_bytes,
    pack_page,
    pack_pages,
    pack_question,
    unpack_groups,
    words,
)
from tests.retrieval.int8.rows import SHAPES, rows_of

INT16_MAX = 32767


@settings(deadline=None, max_examples=60)
@given(
    dim=st.integers(1, 1100),
    shapes=st.tuples(st.sampled_from(SHAPES), st.sampled_from(SHAPES)),
    seed=st.integers(0, 99),
)
def test_every_dot_product_fits_sixteen_bits(dim: int, shapes: tuple[str, str], seed: int) -> None:
    question = pack_question(rows_of(shapes[0], 5, dim, seed))
    groups, _ = pack_page(rows_of(shapes[1], 40, dim, seed + 1))
    tokens = question.tokens.astype(np.int64)
    rows = unpack_groups(groups)[:, :dim].astype(np.int64)
    assert np.abs(tokens @ rows.T).max() <= INT16_MAX
    longest = np.linalg.norm(tokens, axis=1).max() * np.linalg.norm(rows, axis=1).max()
    assert longest <= INT16_MAX


@pytest.mark.parametrize("dim", [2, 32, 127, 128, 129, 320, 1024])
def test_the_longest_rounding_fits_sixteen_bits(dim: int) -> None:
    # All components alike are all rounded the same way: the most that rounding can add.
    alike = np.full((1, dim), (1 + 9.9e-4) / np.sqrt(dim), np.float32)
    tokens = pack_question(alike).tokens.astype(np.int64)
    rows = unpack_groups(pack_page(alike)[0])[:, :dim].astype(np.int64)
    assert (tokens @ rows.T).max() <= INT16_MAX


@settings(deadline=None, max_examples=40)
@given(n_rows=st.integers(0, 100), dim=st.integers(1, 300), shape=st.sampled_from(SHAPES))
def test_rows_come_back_within_half_a_step(n_rows: int, dim: int, shape: str) -> None:
    rows = rows_of(shape, n_rows, dim, 1)
    groups, scale = pack_page(rows)
    back = unpack_groups(groups)
    assert len(back) % GROUP == 0
    assert np.abs(back[:n_rows, :dim] - rows * scale).max(initial=0) <= 0.5 + 1e-4
    assert not back[:, dim:].any()
    assert (back[n_rows:] == back[n_rows - 1 : n_rows]).all()


def test_a_group_starts_from_what_the_offset_of_the_tokens_adds() -> None:
    groups, _ = pack_page(rows_of("random", 50, 128, 3))
    sums = unpack_groups(groups).sum(axis=1, dtype=np.int64)
    starts = np.ascontiguousarray(groups[:, : 2 * GROUP]).view(np.int16).ravel()
    assert (((starts + 64 * sums) % 2**16) == 0).all()


def test_a_large_component_lowers_the_scale_of_its_page_alone() -> None:
    spiky, flat = rows_of("spiky", 3, 128, 1), rows_of("random", 3, 128, 1)
    pages = pack_pages([flat, spiky, np.concatenate([flat, spiky])], 128)
    assert pages.scales == pytest.approx([200, 127, 127])


def test_a_large_component_lowers_the_scale_of_its_token_alone() -> None:
    tokens = np.concatenate([rows_of("random", 1, 128, 1), rows_of("spiky", 1, 128, 1)])
    question = pack_question(tokens)
    assert question.scales == pytest.approx([150, 63])
    assert np.abs(question.tokens).max() == 63


def test_a_long_row_of_many_dimensions_gets_a_lower_scale() -> None:
    # (150 x + 16) (200 x + 16) = 32766 at x = 0.9517, and 1.001 is the longest that passes as 1.
    scales = pack_pages([rows_of("random", 3, 1024, 1)], 1024).scales
    assert scales == pytest.approx([200 * 0.9517 / 1.001], rel=1e-3)


def test_pages_follow_one_another() -> None:
    pages = pack_pages([rows_of("random", n, 64, n) for n in (1, 0, 33, 32)], 64)
    assert pages.offsets.tolist() == [0, 1, 1, 3, 4]
    alone, _ = pack_page(rows_of("random", 33, 64, 33))
    assert pages.groups[1:3].tobytes() == alone.tobytes()


def test_tokens_are_padded_to_whole_tiles_that_add_nothing() -> None:
    packed = words(pack_question(rows_of("random", 5, 33, 1)))
    assert packed.shape == (8, 17)
    assert (packed[5:] == 0x40404040).all()


@pytest.mark.parametrize("value", [2.0, np.nan, np.inf])
def test_a_vector_longer_than_one_is_refused(value: float) -> None:
    vectors = np.array([[value, 0]], np.float32)
    with pytest.raises(ValueError, match="length 1 at most"):
        pack_page(vectors)
    with pytest.raises(ValueError, match="length 1 at most"):
        pack_question(vectors)


def test_a_pooled_row_may_be_shorter_than_one() -> None:
    groups, scale = pack_page(np.array([[0.25, -0.25]], np.float32))
    assert (unpack_groups(groups)[0] / scale).tolist() == [0.25, -0.25]


def test_rows_of_no_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, dim\)"):
        pack_page(np.zeros(4, np.float32))


def test_groups_that_do_not_fit_are_refused() -> None:
    groups = np.zeros((2, group_bytes(32)), np.uint8)
    with pytest.raises(ValueError, match="groups of"):
        PackedPages(64, groups, np.array([0, 2]), np.ones(1, np.float32))
    with pytest.raises(ValueError, match="an offset more"):
        PackedPages(32, groups, np.array([0, 2]), np.ones(2, np.float32))
