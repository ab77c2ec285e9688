from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Float32
from retrieval.int8.packing import (
    PackedPages,
    PackedQuestion,
    error_bound,
    pack_pages,
    pack_question,
    unpack_groups,
)
from retrieval.int8.scoring import LEAST_SHARE, Kernel, find_kernel, maxima, multiply_add_bound
from tests.retrieval.int8.rows import KERNELS, SHAPES, rows_of

every_kernel = pytest.mark.parametrize("kernel", KERNELS)
dims = st.integers(32, 1024) | st.sampled_from([32, 96, 128, 130, 320, 1024])
shapes = st.sampled_from(SHAPES)


def exact(tokens: Float32, pages: list[Float32]) -> np.ndarray:
    """Return the best similarities in float64, `(n_pages, n_tokens)`."""
    products = [tokens.astype(np.float64) @ rows.astype(np.float64).T for rows in pages]
    return np.array([p.max(axis=1, initial=-np.inf) for p in products])


@pytest.fixture
def pages() -> PackedPages:
    return pack_pages([rows_of("random", n, 128, n) for n in (70, 1, 0, 33, 1030)], 128)


@pytest.fixture
def question() -> PackedQuestion:
    return pack_question(rows_of("random", 7, 128, 5))


@every_kernel
@settings(deadline=None, max_examples=60)
@given(
    dim=dims,
    lengths=st.lists(st.integers(0, 130), min_size=1, max_size=5),
    n_tokens=st.integers(1, 19),
    kinds=st.tuples(shapes, shapes),
    seed=st.integers(0, 99),
)
def test_a_similarity_is_within_the_bound_of_the_exact_one(
    kernel: Kernel,
    dim: int,
    lengths: list[int],
    n_tokens: int,
    kinds: tuple[str, str],
    seed: int,
) -> None:
    tokens = rows_of(kinds[0], n_tokens, dim, seed)
    rows = [rows_of(kinds[1], n, dim, seed + i + 1) for i, n in enumerate(lengths)]
    question, pages = pack_question(tokens), pack_pages(rows, dim)
    found, wanted = maxima(question, pages, kernel=kernel), exact(tokens, rows)
    empty = np.array(lengths) == 0
    assert (found[empty] == -np.inf).all()
    bound = error_bound(dim, question.scales.min(), pages.scales.min())
    assert np.abs(found[~empty] - wanted[~empty]).max(initial=0) <= bound + 1e-5


@settings(deadline=None, max_examples=60)
@given(
    dim=dims,
    lengths=st.lists(st.integers(0, 130), min_size=1, max_size=5),
    n_tokens=st.integers(1, 19),
    kinds=st.tuples(shapes, shapes),
)
def test_all_kernels_give_the_same_bytes(
    dim: int, lengths: list[int], n_tokens: int, kinds: tuple[str, str]
) -> None:
    question = pack_question(rows_of(kinds[0], n_tokens, dim, 1))
    pages = pack_pages([rows_of(kinds[1], n, dim, n) for n in lengths], dim)
    found = [maxima(question, pages, kernel=kernel).tobytes() for kernel in KERNELS]
    assert found == found[:1] * len(KERNELS)


@every_kernel
def test_sums_that_wrap_in_between_come_out_right(kernel: Kernel) -> None:
    # With the offset of the tokens the first half adds up to more than 16 bits hold, and the
    # second half and the start bring the sum back.
    row = np.concatenate([np.full(64, 0.088), np.full(64, -0.088)]).astype(np.float32)[None]
    question, pages = pack_question(row), pack_pages([row], 128)
    shifted = question.tokens[0].astype(np.int64) + 64
    partial = np.cumsum(shifted * unpack_groups(pages.groups)[0])
    assert partial.max() > np.iinfo(np.int16).max
    assert maxima(question, pages, kernel=kernel)[0, 0] == pytest.approx(128 * 0.088**2, abs=0.07)


@every_kernel
def test_a_negative_best_stays_negative(kernel: Kernel) -> None:
    question = pack_question(rows_of("equal", 3, 128, 1))
    pages = pack_pages([rows_of("opposite", 5, 128, 1)], 128)
    assert maxima(question, pages, kernel=kernel)[0] == pytest.approx(-1, abs=0.07)


@every_kernel
def test_a_selection_gives_its_pages_in_its_order(
    kernel: Kernel, question: PackedQuestion, pages: PackedPages
) -> None:
    selection = np.array([4, 0, 2, 4])
    found = maxima(question, pages, selection=selection, kernel=kernel)
    assert found.tobytes() == maxima(question, pages, kernel=kernel)[selection].tobytes()


@every_kernel
def test_no_selected_page_gives_no_similarity(
    kernel: Kernel, question: PackedQuestion, pages: PackedPages
) -> None:
    found = maxima(question, pages, selection=np.array([], np.int64), kernel=kernel)
    assert found.shape == (0, 7)


@every_kernel
@pytest.mark.parametrize("threads", [2, 3, 9])
def test_threads_change_no_byte(
    kernel: Kernel, threads: int, question: PackedQuestion, pages: PackedPages
) -> None:
    many = np.tile(np.array([0, 1, 2, 3], np.int64), threads * LEAST_SHARE)
    shared = maxima(question, pages, selection=many, threads=threads, kernel=kernel)
    alone = maxima(question, pages, selection=many, kernel=kernel)
    assert shared.tobytes() == alone.tobytes()


@every_kernel
def test_a_page_has_the_same_bytes_alone_and_a_question_among_others(
    kernel: Kernel, question: PackedQuestion, pages: PackedPages
) -> None:
    alone = pack_pages([rows_of("random", 33, 128, 33)], 128)
    others = np.concatenate([rows_of("random", 7, 128, 5), rows_of("spiky", 6, 128, 6)])
    together = maxima(pack_question(others), pages, kernel=kernel)[3, :7]
    assert maxima(question, alone, kernel=kernel)[0].tobytes() == together.tobytes()


@every_kernel
def test_a_mapped_file_is_searched_as_it_is(
    kernel: Kernel, question: PackedQuestion, pages: PackedPages, tmp_path: Path
) -> None:
    pages.groups.tofile(tmp_path / "groups")
    mapped = np.memmap(tmp_path / "groups", np.uint8, "r").reshape(pages.groups.shape)
    found = maxima(question, PackedPages(128, mapped, pages.offsets, pages.scales), kernel=kernel)
    assert found.tobytes() == maxima(question, pages, kernel=kernel).tobytes()


@every_kernel
@pytest.mark.parametrize("page", [-1, 5])
def test_a_page_that_does_not_exist_is_refused(
    kernel: Kernel, page: int, question: PackedQuestion, pages: PackedPages
) -> None:
    with pytest.raises(ValueError, match="pages are 0 to 4"):
        maxima(question, pages, selection=np.array([0, page]), kernel=kernel)


def test_a_question_of_other_dimensions_is_refused(pages: PackedPages) -> None:
    with pytest.raises(ValueError, match="64 dimensions, rows 128"):
        maxima(pack_question(rows_of("random", 1, 64, 1)), pages)


@pytest.mark.skipif(find_kernel() != "native", reason="counts the instructions of AVX2")
def test_the_processors_own_bound_is_measured() -> None:
    assert multiply_add_bound(100_000) > 0


@pytest.mark.skipif(find_kernel() == "native", reason="AVX2 is there")
def test_there_is_no_bound_where_the_instructions_lack() -> None:
    assert multiply_add_bound(1) == 0
