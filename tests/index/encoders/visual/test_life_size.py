import pytest

from index.encoders.registry import MODELS
from tests.index.encoders.visual.checkpoints import TINY
from tests.index.encoders.visual.life_size import SIZES, draw_pages, measure_encoder, open_random

pytestmark = pytest.mark.colpali


def test_every_registered_model_has_its_size() -> None:
    registered = {model.name.split("/")[1]: model.family for model in MODELS}

    assert {name: family for name, (family, _) in SIZES.items()} == registered


def test_pages_and_questions_are_timed() -> None:
    encoder, n_parameters = open_random("qwen2_5_vl", TINY["qwen2_5_vl"], "cpu")

    cost = measure_encoder(encoder, draw_pages(2, (280, 392)))

    encoder.close()
    assert cost.rows_per_page == 10 * 14
    assert cost.pages_per_s > 0
    assert cost.question_ms > 0
    assert 100_000 < n_parameters < 1_000_000
