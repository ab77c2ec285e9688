import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders.token_windows import SIZE, STRIDE, Window, cut_windows, kept_rows


def test_a_short_run_is_one_window() -> None:
    assert cut_windows(10) == [Window(0, 10, 0, 10)]


def test_no_tokens_need_no_window() -> None:
    assert cut_windows(0) == []


def test_a_long_run_is_cut_where_both_windows_see_equally_far() -> None:
    assert cut_windows(14, size=10, stride=6) == [Window(0, 10, 0, 7), Window(4, 14, 7, 14)]


@given(st.integers(1, 5000))
def test_every_token_is_kept_once_by_a_window_that_reads_it(n_tokens: int) -> None:
    windows = cut_windows(n_tokens)
    assert [n for w in windows for n in range(w.first, w.last)] == list(range(n_tokens))
    assert all(w.start <= w.first and w.last <= w.stop <= n_tokens for w in windows)


@given(st.integers(SIZE + 1, 5000))
def test_tokens_away_from_the_ends_are_kept_with_context_on_both_sides(n_tokens: int) -> None:
    context = (SIZE - STRIDE) // 2
    for window in cut_windows(n_tokens):
        assert window.stop - window.start == SIZE
        assert window.start == 0 or window.first - window.start >= context
        assert window.stop == n_tokens or window.stop - window.last >= context


@pytest.mark.parametrize(
    ("window", "kept"), [(Window(5, 9, 6, 8), [1, 2]), (Window(0, 4, 0, 4), [0, 1, 2, 3])]
)
def test_a_window_keeps_the_rows_of_its_share(window: Window, kept: list[int]) -> None:
    rows = np.arange(4, dtype=np.float32)[:, None]
    assert kept_rows(window, rows).ravel().tolist() == kept
