"""Tiny checkpoints on disk, one of each family: real classes and processors, random weights.

Each has about 0.2 million parameters and takes a moment to build. Geometry (patch sizes, tiles,
caps) is that of the released models, but that pages are cut into tiles at half their size. Biases
and embeddings are drawn at random: a row of zeros has no direction, and normalising it gives NaN in
colpali-engine.
"""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

from index.encoders.visual.compat import declare_torchvision_operators
from index.encoders.visual.families import family_of

SEED, WIDTH, DEPTH, HEADS = 7, 32, 2, 2
LINES = [
    "What was the revenue in the third quarter of the year?",
    "The table under the blue bars shows the costs of each region.",
    "Describe the image. User: Assistant: page chart figure invoice total",
    "0 1 2 3 4 5 6 7 8 9 10 2023 2024 percent million dollars",
]
HALF = [0.5, 0.5, 0.5]
QWEN = {"pad_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
QWEN_TOKENS = ["<|im_start|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]
QWEN_TOKENS += ["<|video_pad|>"]
QWEN_CHAT = """\
{% for message in messages %}<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}\
{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>\
{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
TILES = {"pad_token": "<pad>", "eos_token": "<end_of_utterance>"}
TILE_TOKENS = ["<|im_start|>", "<|begin_of_text|>", "<image>", "<fake_token_around_image>"]
TILE_TOKENS += ["<global-img>", *(f"<row_{y}_col_{x}>" for y in range(1, 7) for x in range(1, 7))]
GEMMA = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>", "unk_token": "<unk>"}

TEXT: dict[str, Any] = {
    "hidden_size": WIDTH,
    "intermediate_size": 2 * WIDTH,
    "num_hidden_layers": DEPTH,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "max_position_embeddings": 4096,
    "bos_token_id": 0,
    "eos_token_id": 0,
}
VISION: dict[str, Any] = {
    "hidden_size": WIDTH,
    "intermediate_size": 2 * WIDTH,
    "num_hidden_layers": DEPTH,
    "num_attention_heads": HEADS,
}
QWEN_VISION: dict[str, Any] = {"depth": DEPTH, "hidden_size": WIDTH, "num_heads": HEADS}
QWEN_3_VISION: dict[str, Any] = {
    **QWEN_VISION,
    "intermediate_size": 2 * WIDTH,
    "out_hidden_size": WIDTH,
    "num_position_embeddings": 64,
}


class Tiny(NamedTuple):
    """What makes a family's tiny checkpoint."""

    config_class: str
    text: dict[str, Any]
    vision: dict[str, Any]
    special: dict[str, str]
    tokens: list[str]
    image_processor: Callable[[], Any]
    more: dict[str, Any]
    video_processor: str | None = None


def build(model_type: str, folder: Path) -> Path:
    """Build the tiny checkpoint of a family."""
    model, processor = assemble(model_type, TINY[model_type])
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def assemble(model_type: str, tiny: Tiny) -> tuple[Any, Any]:
    """Make colpali-engine's model and processor of a family, with random weights."""
    declare_torchvision_operators()
    import_module("transformers.utils.logging").set_verbosity_error()
    family = family_of(model_type)
    engine = import_module("colpali_engine.models")
    words = _tokenizer(tiny)
    video = [] if tiny.video_processor is None else [_transformers(tiny.video_processor)()]
    processor = getattr(engine, family.processor_class)(tiny.image_processor(), words, *video)
    text = {**tiny.text, "vocab_size": len(processor.tokenizer), "pad_token_id": words.pad_token_id}
    config = _transformers(tiny.config_class)(
        text_config=text, vision_config=tiny.vision, **_image_ids(processor), **tiny.more
    )
    torch.manual_seed(SEED)
    return _randomised(getattr(engine, family.model_class)(config)), processor


def build_generator(folder: Path) -> Path:
    """Build a tiny Qwen2-VL that writes text; what it writes is noise."""
    declare_torchvision_operators()
    import_module("transformers.utils.logging").set_verbosity_error()
    import_module("transformers.utils.logging").disable_progress_bar()
    tiny = TINY["qwen2_vl"]
    words = _tokenizer(tiny)
    videos = _transformers("Qwen2VLVideoProcessor")()
    processor = _transformers("Qwen2VLProcessor")(
        tiny.image_processor(), words, videos, chat_template=QWEN_CHAT
    )
    text = {**tiny.text, "vocab_size": len(words), "pad_token_id": words.pad_token_id}
    text |= {"eos_token_id": words.eos_token_id}
    config = _transformers(tiny.config_class)(
        text_config=text, vision_config=tiny.vision, **_image_ids(processor)
    )
    torch.manual_seed(SEED)
    model = _randomised(_transformers("Qwen2VLForConditionalGeneration")(config))
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def make_brief(folder: Path) -> Path:
    """Let any token end a generator's reply."""
    generation = {"eos_token_id": [*range(400)], "pad_token_id": 0}
    (folder / "generation_config.json").write_text(json.dumps(generation))
    return folder


def _tokenizer(tiny: Tiny) -> Any:
    """A byte-level BPE tokenizer trained on a few lines."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(LINES, trainer)
    special = [AddedToken(token, special=True) for token in (*tiny.special.values(), *tiny.tokens)]
    made.add_special_tokens(special)
    return _transformers("PreTrainedTokenizerFast")(tokenizer_object=made, **tiny.special)


def _image_ids(processor: Any) -> dict[str, int]:
    ids = {"image_token_id": processor.image_token_id}
    for end in ("start", "end"):
        token = f"<|vision_{end}|>"
        if token in processor.tokenizer.get_vocab():
            ids[f"vision_{end}_token_id"] = processor.tokenizer.convert_tokens_to_ids(token)
    return ids


def _randomised(model: Any) -> Any:
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter, std=0.02)
        elif "embed_tokens" in name or "tok_embeddings" in name:
            nn.init.normal_(parameter, std=1.0)
    return model


def _transformers(name: str) -> Any:
    return getattr(import_module("transformers"), name)


def _qwen_images(cell: int, **more: Any) -> Callable[[], Any]:
    size = {"shortest_edge": 4 * cell**2, "longest_edge": 768 * cell**2}
    return lambda: _transformers("Qwen2VLImageProcessor")(size=size, patch_size=cell // 2, **more)


def tile_images(longest_edge: int = 1024) -> Any:
    """Return an image processor that cuts pages into tiles of 512 pixels."""
    edges = {"size": {"longest_edge": longest_edge}, "max_image_size": {"longest_edge": 512}}
    return _transformers("Idefics3ImageProcessor")(**edges, image_mean=HALF, image_std=HALF)


def _square_images() -> Any:
    made = _transformers("SiglipImageProcessor")(size={"height": 448, "width": 448})
    made.image_seq_length = 1024
    return made


def _rope(sections: list[int], **more: Any) -> dict[str, Any]:
    return {"rope_type": "default", "mrope_section": sections, "rope_theta": 10000.0, **more}


SIGLIP_448 = {
    **VISION,
    "model_type": "siglip_vision_model",
    "patch_size": 14,
    "image_size": 448,
    "projection_dim": WIDTH,
    "vision_use_head": False,
}
SIGLIP_512 = {**VISION, "patch_size": 16, "image_size": 512}
GEMMA_TEXT = {**TEXT, "model_type": "gemma", "num_key_value_heads": 1, "head_dim": 16}
MODERN_TEXT = {
    **{name: value for name, value in TEXT.items() if name != "num_key_value_heads"},
    "model_type": "modernbert",
    "layer_types": ["full_attention", "sliding_attention"],
    "cls_token_id": 0,
    "sep_token_id": 0,
}
INTERLEAVED = _rope([2, 3, 3], mrope_interleaved=True)
LINEAR = {f"linear_{name}_head_dim": 16 for name in ("key", "value")}
LINEAR |= {f"linear_num_{name}_heads": HEADS for name in ("key", "value")}
QWEN_3_5_TEXT = {
    **TEXT,
    **LINEAR,
    "head_dim": 16,
    "layer_types": ["linear_attention", "full_attention"],
    "rope_parameters": _rope([1, 1, 2], mrope_interleaved=True, partial_rotary_factor=0.5),
}

TINY: dict[str, Tiny] = {
    "paligemma": Tiny(
        "PaliGemmaConfig",
        GEMMA_TEXT,
        SIGLIP_448,
        GEMMA,
        ["<image>"],
        _square_images,
        {"projection_dim": WIDTH, "hidden_size": WIDTH},
    ),
    "qwen2_vl": Tiny(
        "Qwen2VLConfig",
        {**TEXT, "rope_parameters": _rope([2, 3, 3])},
        {**QWEN_VISION, "embed_dim": WIDTH, "mlp_ratio": 2},
        QWEN,
        QWEN_TOKENS,
        _qwen_images(28),
        {},
        "Qwen2VLVideoProcessor",
    ),
    "qwen2_5_vl": Tiny(
        "Qwen2_5_VLConfig",
        {**TEXT, "rope_parameters": _rope([2, 3, 3])},
        {
            **QWEN_VISION,
            "intermediate_size": 2 * WIDTH,
            "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [1],
        },
        QWEN,
        QWEN_TOKENS,
        _qwen_images(28),
        {},
        "Qwen2VLVideoProcessor",
    ),
    "qwen3_vl": Tiny(
        "Qwen3VLConfig",
        {**TEXT, "head_dim": 16, "rope_parameters": INTERLEAVED},
        {**QWEN_3_VISION, "deepstack_visual_indexes": [0]},
        QWEN,
        QWEN_TOKENS,
        _qwen_images(32, image_mean=HALF, image_std=HALF),
        {},
        "Qwen3VLVideoProcessor",
    ),
    "qwen3_5": Tiny(
        "Qwen3_5Config",
        QWEN_3_5_TEXT,
        QWEN_3_VISION,
        QWEN,
        QWEN_TOKENS,
        _qwen_images(32, image_mean=HALF, image_std=HALF),
        {},
        "Qwen3VLVideoProcessor",
    ),
    "idefics3": Tiny(
        "Idefics3Config",
        {**TEXT, "model_type": "llama"},
        SIGLIP_512,
        TILES,
        TILE_TOKENS,
        tile_images,
        {"scale_factor": 4},
    ),
    "modernvbert": Tiny(
        "ModernVBertConfig",
        MODERN_TEXT,
        {**SIGLIP_512, "model_type": "siglip_vision_model"},
        TILES,
        TILE_TOKENS,
        tile_images,
        {"pixel_shuffle_factor": 4},
    ),
}
