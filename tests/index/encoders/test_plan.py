import pytest

from index.encoders.plan import plan_storage
from index.encoders.shelf import SHIPPED
from index.errors import InvalidRequest


def test_a_page_of_the_shipped_encoder_costs_what_its_rows_do() -> None:
    plan = plan_storage(SHIPPED, n_pages=10)

    assert plan.stored_bytes == 300 * (192 * 2 + 12) + 4096
    assert plan.memory_bytes == (300 + 128) * (192 + 2)  # all rows, and pooled ones, in int8
    assert plan.sidecar_bytes == plan.memory_bytes + 300 * (192 * 2 + 9)


def test_a_registered_model_brings_its_own_figures() -> None:
    plan = plan_storage("vidore/colpali-v1.3", n_pages=1)

    assert (plan.rows_per_page, plan.dim, plan.max_rows) == (1024, 128, 8191)


def test_rows_that_do_not_fit_are_refused_before_anything_is_built() -> None:
    with pytest.raises(InvalidRequest, match="Qdrant holds 255"):
        plan_storage("nemotron-colembed", n_pages=1, rows_per_page=768, dim=4096)


def test_an_unknown_model_without_figures_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no registered model"):
        plan_storage("no/such-model", n_pages=1)
