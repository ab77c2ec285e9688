"""The families of colpali-engine: which classes load them, and where their rows stand.

A family is chosen by the `model_type` of a checkpoint's config.json, never by its name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from index.encoders.visual.geometry import (
    Grid,
    Tiles,
    grid_boxes,
    merged_grid,
    tile_grid,
    tiled_boxes,
)
from index.errors import InvalidRequest
from index.records import Float32

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor
    from transformers import BatchFeature, PreTrainedTokenizerFast


class ImageProcessor(Protocol):
    """The settings of image processors that decide geometry; each family has some of them."""

    size: Mapping[str, int]
    max_image_size: Mapping[str, int]
    patch_size: int
    merge_size: int
    do_resize: bool
    do_image_splitting: bool


class Processor(Protocol):
    """What is used of colpali-engine's processors."""

    image_processor: ImageProcessor
    tokenizer: "PreTrainedTokenizerFast"
    image_seq_len: int  # rows of a tile (Idefics3)
    image_seq_length: int  # rows of a page (PaliGemma)

    def process_images(self, images: "list[Image]") -> "BatchFeature":
        """Prepare pages for the model."""

    def process_queries(self, texts: list[str]) -> "BatchFeature":
        """Prepare questions for the model, with the family's augmentation tokens behind."""

    def process_texts(self, texts: list[str]) -> "BatchFeature":
        """Prepare plain texts for the model."""

    def get_image_mask(self, batch_images: "BatchFeature") -> "Tensor":
        """Tell which input tokens stand for patches."""


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture.

    Attributes:
        model_type: as a checkpoint's config.json says it.
        model_class: in `colpali_engine.models`.
        processor_class: likewise.
        patch_boxes: the boxes of a page's rows, `(n_rows, 4)`, in their order, from the loaded
            processor, the page's width and its height in pixels.
        reads_text: whether it was trained to embed documents as text too.
        has_windows: whether its vision tower looks through windows, dozens of them.
        without: a module that makes no rows and is taken out: a language model's head would score
            its whole vocabulary for every row, and colpali-engine leaves it unloaded.
    """

    model_type: str
    model_class: str
    processor_class: str
    patch_boxes: Callable[[Processor, int, int], Float32]
    reads_text: bool = False
    has_windows: bool = False
    without: str | None = None


def family_of(model_type: str | None) -> Family:
    """Return the family of a `model_type`.

    Raises:
        InvalidRequest: no family of that type.
    """
    for family in FAMILIES:
        if family.model_type == model_type:
            return family
    known = ", ".join(family.model_type for family in FAMILIES)
    raise InvalidRequest(f"no encoder for models of type {model_type!r}; known types are {known}")


def _square_boxes(processor: Processor, _width: int, _height: int) -> Float32:
    """ColPali squeezes every page into the same square."""
    side = round(processor.image_seq_length**0.5)
    return grid_boxes(Grid(side, side))


def _merged_boxes(processor: Processor, width: int, height: int) -> Float32:
    """Qwen's grid follows the page; a row stands for 2 x 2 patches."""
    image = processor.image_processor
    return grid_boxes(
        merged_grid(
            width,
            height,
            cell=image.patch_size * image.merge_size,
            min_pixels=image.size["shortest_edge"],
            max_pixels=image.size["longest_edge"],
        )
    )


def _tiled_boxes(processor: Processor, width: int, height: int) -> Float32:
    """Idefics3 cuts the page into square tiles and adds a coarse view of the whole page."""
    image = processor.image_processor
    side = round(processor.image_seq_len**0.5)
    tiles = Tiles(
        longest_edge=image.size["longest_edge"] if image.do_resize else None,
        edge=image.max_image_size["longest_edge"],
        side=side,
        split=image.do_image_splitting,
    )
    return tiled_boxes(tile_grid(width, height, tiles), side)


def _qwen(model_type: str, name: str, processor: str, *, has_windows: bool = False) -> Family:
    return Family(model_type, name, processor, _merged_boxes, has_windows=has_windows)


FAMILIES: Sequence[Family] = (
    Family("paligemma", "ColPali", "ColPaliProcessor", _square_boxes, without="model.lm_head"),
    _qwen("qwen2_vl", "ColQwen2", "ColQwen2Processor"),
    _qwen("qwen2_5_vl", "ColQwen2_5", "ColQwen2_5_Processor", has_windows=True),
    _qwen("qwen3_vl", "ColQwen3", "ColQwen3Processor"),
    _qwen("qwen3_5", "ColQwen3_5", "ColQwen3_5Processor"),
    Family("idefics3", "ColIdefics3", "ColIdefics3Processor", _tiled_boxes),
    Family(
        "modernvbert", "ColModernVBert", "ColModernVBertProcessor", _tiled_boxes, reads_text=True
    ),
)
