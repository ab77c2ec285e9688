"""What a page costs with visual models of the released sizes; their weights are random.

    python -m tests.index.encoders.visual.life_size

Widths and depths are those of the released models' configurations, but for the vocabulary, which
has the few hundred tokens of the tests: a page looks up a row of it for each token, no more. Speed
and memory are those of the released weights, and what the rows say is noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from index.devices import is_cuda_available
from index.encoders.base import Encoder, PageContent
from index.encoders.visual.checkpoint import Checkpoint
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.families import family_of
from index.encoders.visual.loading import Loaded, fit
from index.records import PageWords
from tests.index.encoders.visual.checkpoints import TINY, Tiny, assemble, tile_images

A4 = (1240, 1754)  # pixels at 150 dots per inch
N_PAGES = 32
MEGA, GIB = 1e6, 1 << 30
WARM_PAGES, WARM_QUESTIONS = 8, 3
QUESTIONS = 20
QUESTION = "What was the revenue in the third quarter of the year?"

QWEN_ROPE = {"rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1e6}
QWEN_3_ROPE = {**QWEN_ROPE, "mrope_section": [24, 20, 20], "mrope_interleaved": True}
SIGLIP_BASE = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
}


def _text(width: int, inner: int, depth: int, heads: int, groups: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
    }


def _sized(family: str, text: dict[str, Any], vision: dict[str, Any], **more: Any) -> Tiny:
    tiny = TINY[family]
    return tiny._replace(
        text={**tiny.text, **text}, vision={**tiny.vision, **vision}, more={**tiny.more, **more}
    )


def _tiled(family: str, text: dict[str, Any]) -> Tiny:
    sized = _sized(family, text, SIGLIP_BASE)
    return sized._replace(image_processor=lambda: tile_images(2048))


LAYERS = 22
MODERN_BERT = {name: value for name, value in _text(768, 1152, LAYERS, 12, 0).items() if value}
MODERN_BERT["layer_types"] = [
    "sliding_attention" if n % 3 else "full_attention" for n in range(LAYERS)
]
SIZES = {
    "colmodernvbert": ("modernvbert", _tiled("modernvbert", MODERN_BERT)),
    "colSmol-500M": ("idefics3", _tiled("idefics3", _text(960, 2560, 32, 15, 5))),
    "colqwen2-v1.0": (
        "qwen2_vl",
        _sized(
            "qwen2_vl",
            {**_text(1536, 8960, 28, 12, 2), "rope_parameters": QWEN_ROPE},
            {"depth": 32, "embed_dim": 1280, "hidden_size": 1536, "num_heads": 16, "mlp_ratio": 4},
        ),
    ),
    "colqwen2.5-v0.2": (
        "qwen2_5_vl",
        _sized(
            "qwen2_5_vl",
            {**_text(2048, 11008, 36, 16, 2), "rope_parameters": QWEN_ROPE},
            {
                "depth": 32,
                "hidden_size": 1280,
                "num_heads": 16,
                "intermediate_size": 3420,
                "out_hidden_size": 2048,
                "fullatt_block_indexes": [7, 15, 23, 31],
            },
        ),
    ),
    "colpali-v1.3": (
        "paligemma",
        _sized(
            "paligemma",
            {**_text(2048, 16384, 18, 8, 1), "head_dim": 256},
            {**_text(1152, 4304, 27, 16, 16), "projection_dim": 2048},
            projection_dim=2048,
            hidden_size=2048,
        ),
    ),
    "tomoro-colqwen3-embed-4b": (
        "qwen3_vl",
        _sized(
            "qwen3_vl",
            {**_text(2560, 9728, 36, 32, 8), "head_dim": 128, "rope_parameters": QWEN_3_ROPE},
            {
                "depth": 24,
                "hidden_size": 1024,
                "num_heads": 16,
                "intermediate_size": 4096,
                "out_hidden_size": 2560,
                "num_position_embeddings": 2304,
                "deepstack_visual_indexes": [5, 11, 17],
            },
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class EncoderCost:
    """What an encoder takes.

    Attributes:
        pages_per_s: pages of one caller, from the picture to the rows.
        rows_per_page: rows of the first page.
        question_ms: a question, in the median.
    """

    pages_per_s: float
    rows_per_page: int
    question_ms: float


def measure_encoder(encoder: Encoder, pages: Sequence[PageContent]) -> EncoderCost:
    """Encode pages in one call, then questions one after another; the first few do not count."""
    encoder.encode_pages(pages[:WARM_PAGES])
    begun = perf_counter()
    rows = encoder.encode_pages(pages)
    pages_per_s = len(pages) / (perf_counter() - begun)
    laps = [_question_s(encoder) for _ in range(WARM_QUESTIONS + QUESTIONS)]
    return EncoderCost(pages_per_s, len(rows[0].vectors), 1000 * median(laps[WARM_QUESTIONS:]))


def _question_s(encoder: Encoder) -> float:
    begun = perf_counter()
    encoder.encode_question(QUESTION)
    return perf_counter() - begun


def open_random(family: str, tiny: Tiny, device: str) -> tuple[VisualEncoder, int]:
    """Open an encoder with random weights as a loaded one would be; say its parameters."""
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            model, processor = assemble(family, tiny)
    finally:
        torch.set_default_dtype(before)
    known = family_of(family)
    fit(model, known, device=device)
    loaded = Loaded(model.eval(), processor, device, str(dtype).removeprefix("torch."))
    nowhere = Checkpoint("random weights", "", Path(), None, (), family)
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    return VisualEncoder(nowhere, known, loaded), n_parameters


def draw_pages(n_pages: int, size: tuple[int, int] = A4) -> list[PageContent]:
    """Draw pages of soft noise."""
    rng = np.random.default_rng(0)
    small = [rng.integers(0, 256, (44, 31, 3), np.uint8) for _ in range(n_pages)]
    pictures = [np.asarray(Image.fromarray(one).resize(size)) for one in small]
    return [PageContent(picture, PageWords((), "none")) for picture in pictures]


def main() -> None:
    """Measure every size and print a table."""
    device = "cuda" if is_cuda_available() else "cpu"
    table = Table("size of", "parameters", "rows", "pages/s", "ms a question", "peak GiB", box=None)
    pages = draw_pages(N_PAGES)
    for name, (family, tiny) in SIZES.items():
        encoder, n_parameters = open_random(family, tiny, device)
        cost = measure_encoder(encoder, pages)
        encoder.close()
        table.add_row(name, f"{n_parameters / MEGA:,.0f} M", *_cells(cost), _peak(device))
        del encoder
    Console(width=100).print(table)


def _cells(cost: EncoderCost) -> tuple[str, ...]:
    return f"{cost.rows_per_page:,}", f"{cost.pages_per_s:.1f}", f"{cost.question_ms:.0f}"


def _peak(device: str) -> str:
    if device == "cpu":
        return "-"
    peak = torch.cuda.max_memory_allocated() / GIB
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    return f"{peak:.1f}"


if __name__ == "__main__":
    main()
