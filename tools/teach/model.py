"""The pupil: a small ColModernVBert with its processor and a tokenizer of the questions' words."""

from importlib import import_module
from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from index.encoders.visual.compat import declare_torchvision_operators
from tools.teach.pages import draw_page
from tools.teach.questions import ask

EDGE, PATCH, SHUFFLE = 240, 20, 1  # pixels of a page, of a patch; patches merged into a row
SIDE = EDGE // PATCH // SHUFFLE  # rows along the edge of a page
WIDTH, HEADS = 128, 4
VISION_DEPTH, TEXT_DEPTH = 2, 4
VOCABULARY = 640
N_LINES = 4000  # questions that the tokenizer learns from
PAD, END = "<pad>", "<end_of_utterance>"
TOKENS = ["<|begin_of_text|>", "<image>", "<fake_token_around_image>", "<global-img>"]
HALF = [0.5, 0.5, 0.5]


def new_processor() -> Any:  # noqa: ANN401  colpali-engine ships no types
    """Return a processor that reads a page as one square of `SIDE` x `SIDE` rows."""
    declare_torchvision_operators()
    transformers, engine = import_module("transformers"), import_module("colpali_engine.models")
    edge = {"longest_edge": EDGE}
    images = transformers.Idefics3ImageProcessor(
        size=edge, max_image_size=edge, do_image_splitting=False, image_mean=HALF, image_std=HALF
    )
    return engine.ColModernVBertProcessor(images, _tokenizer(), image_seq_len=SIDE * SIDE)


def new_model(processor: Any) -> Any:  # noqa: ANN401  likewise
    """Return an untaught model."""
    transformers, engine = import_module("transformers"), import_module("colpali_engine.models")
    words = processor.tokenizer
    text = {
        "model_type": "modernbert",
        "vocab_size": len(words),
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": TEXT_DEPTH,
        "num_attention_heads": HEADS,
        "max_position_embeddings": 2048,
        "layer_types": ["full_attention"] * TEXT_DEPTH,
        "pad_token_id": words.pad_token_id,
        "bos_token_id": words.pad_token_id,
        "eos_token_id": words.pad_token_id,
        "cls_token_id": words.pad_token_id,
        "sep_token_id": words.pad_token_id,
    }
    vision = {
        "model_type": "siglip_vision_model",
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": VISION_DEPTH,
        "num_attention_heads": HEADS,
        "patch_size": PATCH,
        "image_size": EDGE,
    }
    config = transformers.ModernVBertConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=processor.image_token_id,
        pixel_shuffle_factor=SHUFFLE,
    )
    return engine.ColModernVBert(config)


def _tokenizer() -> Any:  # noqa: ANN401  transformers' tokenizers are made at run time
    """A byte-level BPE tokenizer of questions about drawn pages."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(_lines(), trainer)
    made.add_special_tokens([AddedToken(token, special=True) for token in (PAD, END, *TOKENS)])
    fast = import_module("transformers").PreTrainedTokenizerFast
    return fast(tokenizer_object=made, pad_token=PAD, eos_token=END)


def _lines() -> list[str]:
    rng = np.random.default_rng(1)
    pages = [draw_page(rng) for _ in range(N_LINES)]
    asked = [question.text for page in pages if (question := ask(page, rng))]
    return asked + [" ".join(word.text for word in page.words.words) for page in pages]
