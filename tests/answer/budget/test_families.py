"""Counts against the vendors' published examples and the image processors themselves."""

import re
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from PIL import Image

from answer.budget.families import (
    AnthropicPatches,
    Fixed,
    GeminiTiles,
    Idefics3Tiles,
    ImageFamily,
    OpenAiPatches,
    OpenAiTiles,
    QwenGrid,
)
from index.encoders.visual.compat import declare_torchvision_operators

EDGES = (1, 17, 55, 127, 364, 512, 640, 999, 1191, 1684, 2049, 3368, 5001)
SIZES = [(width, height) for width in EDGES for height in EDGES]
FAMILIES = (
    OpenAiTiles(),
    OpenAiPatches(1.62),
    AnthropicPatches(),
    QwenGrid(),
    Idefics3Tiles(),
    GeminiTiles(),
    Fixed(256),
)


@cache
def processor(model: str, name: str, **parameters: Any) -> Any:
    """An image processor of transformers, made from its parameters alone."""
    declare_torchvision_operators()
    module = import_module(f"transformers.models.{model}.image_processing_pil_{model}")
    return getattr(module, name)(**parameters)


def qwen(patch: int, min_pixels: int, max_pixels: int) -> Any:
    return processor(
        "qwen2_vl",
        "Qwen2VLImageProcessorPil",
        patch_size=patch,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
    )


@pytest.mark.parametrize(
    ("size", "tokens"), [((1024, 1024), 765), ((2048, 4096), 1105), ((512, 512), 255)]
)
def test_openai_tiles_count_as_in_the_guides_examples(size: tuple[int, int], tokens: int) -> None:
    # The third by hand: not enlarged, one tile, 85 + 170.
    assert OpenAiTiles().tokens(*size) == tokens


def test_a_model_may_have_another_price_for_each_tile() -> None:
    # gpt-4o-mini, 1024 x 1024, the base and 4 tiles: 2833 + 4 * 5667.
    assert OpenAiTiles(2833, 5667).tokens(1024, 1024) == 25_501


@pytest.mark.parametrize(
    ("family", "size", "tokens"),
    [
        (OpenAiPatches(max_edge=0), (1024, 1024), 1024),
        (OpenAiPatches(max_edge=0), (1800, 2400), 1452),
        (OpenAiPatches(1.2, 2500, 2048), (1024, 1024), 1229),
        (OpenAiPatches(1.2, 2500, 2048), (2048, 2048), 3000),
    ],
)
def test_openai_patches_count_as_in_the_guides_examples(
    family: OpenAiPatches, size: tuple[int, int], tokens: int
) -> None:
    assert family.tokens(*size) == tokens


@pytest.mark.parametrize(
    ("size", "standard", "high"),
    [
        ((200, 200), 64, 64),
        ((1000, 1000), 1296, 1296),
        ((1092, 1092), 1521, 1521),
        ((1920, 1080), 1560, 2691),
        ((2000, 1500), 1564, 3888),
        ((3840, 2160), 1560, 4784),
        ((1075, 1520), 1551, 2145),  # resized to 924 x 1307, says the page: 33 * 47; 39 * 55
    ],
)
def test_anthropic_counts_as_in_its_table_of_sizes(
    size: tuple[int, int], standard: int, high: int
) -> None:
    assert AnthropicPatches().tokens(*size) == standard
    assert AnthropicPatches(2576, 4784).tokens(*size) == high


def test_a_long_strip_is_held_by_the_edge_that_anthropic_allows() -> None:
    # By hand: 5000 x 100 becomes 1568 x 31, 56 patches by 2; at 4784 tokens 2576 x 52, 92 by 2.
    assert AnthropicPatches().tokens(5000, 100) == 112
    assert AnthropicPatches(2576, 4784).tokens(100, 5000) == 184


def test_gemini_counts_as_in_its_example_and_a_small_image_as_one_tile() -> None:
    assert GeminiTiles().tokens(960, 540) == 6 * 258
    assert GeminiTiles().tokens(384, 384) == 258


@pytest.mark.parametrize(
    ("patch", "min_pixels", "max_pixels"),
    [(14, 3136, 12_845_056), (14, 3136, 1_003_520), (16, 65_536, 16_777_216)],
)
def test_qwen_counts_like_its_processor_at_every_size(
    patch: int, min_pixels: int, max_pixels: int
) -> None:
    reference = qwen(patch, min_pixels, max_pixels)
    family = QwenGrid(2 * patch, min_pixels, max_pixels)

    for width, height in SIZES:
        if max(width, height) > 200 * min(width, height):
            assert family.tokens(width, height) is None
            with pytest.raises(ValueError, match="aspect ratio"):
                reference.get_number_of_image_patches(height, width)
        else:
            patches = reference.get_number_of_image_patches(height, width)
            assert family.tokens(width, height) == patches // 4, (width, height)


@pytest.mark.parametrize("size", [(1191, 1684), (301, 77)])
def test_qwen_counts_the_cells_that_the_processor_hands_to_the_model(size: tuple[int, int]) -> None:
    made = qwen(14, 3136, 12_845_056)(images=[Image.new("RGB", size)])

    assert QwenGrid().tokens(*size) == np.prod(made["image_grid_thw"][0]) // 4


@pytest.mark.parametrize(
    ("model", "name"),
    [("smolvlm", "SmolVLMImageProcessorPil"), ("idefics3", "Idefics3ImageProcessorPil")],
)
@pytest.mark.parametrize(
    "family", [Idefics3Tiles(), Idefics3Tiles(1536, 384, 81), Idefics3Tiles(1456, 364, 169)]
)
def test_smolvlm_and_idefics3_count_like_their_processors_at_every_size(
    model: str, name: str, family: Idefics3Tiles
) -> None:
    reference = processor(model, name)
    parameters = {
        "size": {"longest_edge": family.longest_edge},
        "max_image_size": {"longest_edge": family.tile},
    }

    for width, height in SIZES:
        _, rows, columns = reference.get_number_of_image_patches(height, width, parameters)
        expected = marks(rows, columns, family.per_tile)
        assert family.tokens(width, height) == expected, (width, height)


def test_smolvlm_cuts_the_tiles_that_were_counted() -> None:
    reference = processor("smolvlm", "SmolVLMImageProcessorPil")

    for size in [(595, 842), (842, 201), (300, 300)]:
        made = reference(
            images=[Image.new("RGB", size)],
            size={"longest_edge": 1024},
            max_image_size={"longest_edge": 256},
            return_row_col_info=True,
        )
        expected = marks(made["rows"][0][0], made["cols"][0][0], 64)
        assert Idefics3Tiles(1024, 256, 64).tokens(*size) == expected


def marks(rows: int, columns: int, per_tile: int) -> int:
    """Tokens of the text that the processor of SmolVLM puts in an image's place.

    Each mark is one token of its vocabulary, and so are line breaks that follow each other.
    """
    declare_torchvision_operators()
    processing = import_module("transformers.models.smolvlm.processing_smolvlm")
    text = processing.get_image_prompt_string(
        rows, columns, per_tile, "<fake>", "<image>", "<global-img>"
    )
    return len(re.findall(r"<[^>]+>|\n+", text))


@pytest.mark.parametrize("family", FAMILIES)
def test_any_size_has_a_count_above_zero_or_is_refused(family: ImageFamily) -> None:
    for size in [*SIZES, (1, 100_000), (100_000, 1), (16_000, 16_000)]:
        tokens = family.tokens(*size)
        assert tokens is None or tokens > 0


@pytest.mark.parametrize("size", [(10, 100_000), (100_000, 10), (20_000, 20_000), (4000, 3000)])
def test_a_limit_of_tokens_holds_for_every_shape(size: tuple[int, int]) -> None:
    assert OpenAiPatches().tokens(*size) <= 1536
    assert OpenAiPatches(max_edge=0).tokens(*size) <= 1536
    assert AnthropicPatches().tokens(*size) <= 1568
