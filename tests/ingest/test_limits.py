import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import PageTooLarge, TooLarge, TooManyPages
from ingest.limits import Limits


def test_an_a4_page_is_drawn_at_144_dpi() -> None:
    assert Limits().render_size(595.28, 841.89) == (1191, 1684)


def test_a_huge_page_is_drawn_no_larger_than_a_small_one() -> None:
    assert Limits().render_size(14400, 14400) == Limits().render_size(100, 100)


@given(st.floats(0.01, 1e7), st.floats(0.03, 33))
def test_every_page_stays_in_the_pixel_budget_and_keeps_its_shape(
    width: float, aspect: float
) -> None:
    limits = Limits()
    columns, rows = limits.render_size(width, width * aspect)
    assert max(columns, rows) <= limits.max_edge_px
    assert columns * rows <= limits.max_pixels + limits.max_edge_px
    assert abs(rows - columns * aspect) <= 1 + aspect


@pytest.mark.parametrize(
    ("width", "height"),
    [(1e6, 1.0), (0.0, 10.0), (-5.0, 10.0), (float("nan"), 10.0), (float("inf"), 10.0)],
)
def test_a_page_without_a_drawable_shape_is_too_large(width: float, height: float) -> None:
    with pytest.raises(PageTooLarge):
        Limits().render_size(width, height)


def test_bytes_and_pages_over_the_limit_are_refused() -> None:
    limits = Limits(max_bytes=10, max_pages=3)
    limits.check_bytes(10)
    limits.check_pages(3)
    with pytest.raises(TooLarge, match="11 bytes, the limit is 10"):
        limits.check_bytes(11)
    with pytest.raises(TooManyPages, match="4 pages, the limit is 3"):
        limits.check_pages(4)


def test_a_limit_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="page_timeout_s must be positive"):
        Limits(page_timeout_s=0)
