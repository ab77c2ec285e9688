from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from index.encoders.visual.families import FAMILIES, family_of
from index.errors import InvalidRequest, PageTooLarge

TYPES = [family.model_type for family in FAMILIES]
TILED, QWEN = ("idefics3", "modernvbert"), ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_5")
A4_ROWS = {"paligemma": 1024, **dict.fromkeys(TILED, 832), **dict.fromkeys(QWEN, 736)}
SIZES = [(1191, 1684), (1684, 1191), (3000, 150), (150, 3000), (40, 40), (1, 1), (1, 150)]
SIZES += [(512, 512), (513, 2000), (4999, 5000), (1777, 1213)]


@pytest.fixture(scope="module", params=TYPES)
def processor(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Any:
    """The real processor of each family, tiles at their full size."""
    model_type = request.param
    name = family_of(model_type).processor_class
    folder = str(checkpoint(model_type))
    made = getattr(import_module("colpali_engine.models"), name).from_pretrained(folder)
    if model_type in TILED:
        made.image_processor.size = {"longest_edge": 2048}
    made.model_type = model_type
    return made


@pytest.mark.colpali
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_page_has_a_box_for_each_token_that_the_processor_makes(
    processor: Any, width: int, height: int
) -> None:
    boxes = family_of(processor.model_type).patch_boxes(processor, width, height)
    inputs = _processed(processor, width, height)
    assert len(boxes) == int(processor.get_image_mask(inputs).sum())
    if "image_grid_thw" in inputs:
        _, down, across = inputs["image_grid_thw"][0].tolist()
        assert boxes[0, 2:].tolist() == pytest.approx([2 / across, 2 / down])


@pytest.mark.colpali
def test_an_a4_page_has_the_rows_that_the_papers_say(processor: Any) -> None:
    boxes = family_of(processor.model_type).patch_boxes(processor, 1191, 1684)
    assert len(boxes) == A4_ROWS[processor.model_type]


@pytest.mark.colpali
@pytest.mark.parametrize("processor", TILED, indirect=True)
def test_tiles_stand_where_their_row_and_column_tokens_say(processor: Any) -> None:
    ids = _processed(processor, 900, 1684)["input_ids"][0].tolist()
    names = processor.tokenizer.convert_ids_to_tokens(ids)
    said = [name.strip("<>").split("_")[1::2] for name in names if name.startswith("<row_")]
    boxes = family_of(processor.model_type).patch_boxes(processor, 900, 1684)
    across, down = (max(int(place[axis]) for place in said) for axis in (1, 0))
    for n, (row, column) in enumerate(said):
        place = (int(column) - 1) / across, (int(row) - 1) / down
        assert boxes[64 * n, :2].tolist() == pytest.approx(place)


@pytest.mark.colpali
@pytest.mark.parametrize("processor", TILED, indirect=True)
@pytest.mark.parametrize("settings", [{"do_image_splitting": False}, {"do_resize": False}])
def test_settings_of_the_processor_decide_about_tiles(
    processor: Any, monkeypatch: pytest.MonkeyPatch, settings: dict[str, bool]
) -> None:
    for name, value in settings.items():
        monkeypatch.setattr(processor.image_processor, name, value)
    boxes = family_of(processor.model_type).patch_boxes(processor, 700, 1100)
    assert len(boxes) == int(processor.get_image_mask(_processed(processor, 700, 1100)).sum())


@pytest.mark.colpali
@pytest.mark.parametrize("processor", QWEN, indirect=True)
def test_a_page_that_a_processor_refuses_is_refused_first(processor: Any) -> None:
    family = family_of(processor.model_type)
    with pytest.raises(ValueError, match="aspect ratio"):
        _processed(processor, 2010, 10)
    with pytest.raises(PageTooLarge, match="too narrow"):
        family.patch_boxes(processor, 2010, 10)


@pytest.mark.parametrize("model_type", ["colpali", "llava", None])
def test_an_unknown_type_is_refused_with_the_known_ones(model_type: str | None) -> None:
    with pytest.raises(InvalidRequest, match=r"known types are paligemma, qwen2_vl"):
        family_of(model_type)


def test_no_two_families_share_a_type() -> None:
    assert len(set(TYPES)) == len(TYPES)


def _processed(processor: Any, width: int, height: int) -> Any:
    return processor.process_images([import_module("PIL.Image").new("RGB", (width, height))])
