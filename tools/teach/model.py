"""Builds the model to teach: a ColModernVBERT of about a million weights, with its processor."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tools.teach.pages import draw_article, draw_report
from tools.teach.plans import WORDS, plan_page
from tools.teach.questions import ask

EDGE, PATCH = 160, 16  # pixels: a page is squeezed into a square of 10 x 10 patches
WIDTH, HEADS, VISION_DEPTH, TEXT_DEPTH = 128, 4, 3, 3
VOCABULARY = 640
SPECIAL = {"pad_token": "<pad>", "eos_token": "<end_of_utterance>"}
TOKENS = ("<|im_start|>", "<|begin_of_text|>", "<image>", "<fake_token_around_image>")
HALF = [0.5, 0.5, 0.5]


class Pupil(NamedTuple):
    """A model and its processor, colpali-engine's own."""

    model: Any
    processor: Any

    def save(self, folder: Path) -> None:
        """Write both as a checkpoint."""
        self.model.save_pretrained(folder)
        self.processor.save_pretrained(folder)


def build(seed: int) -> Pupil:
    """Build the model, with random weights."""
    torch, transformers = import_module("torch"), import_module("transformers")
    engine = import_module("colpali_engine.models")
    edge = {"longest_edge": EDGE}
    images = transformers.Idefics3ImageProcessor(
        size=edge, max_image_size=edge, do_image_splitting=False, image_mean=HALF, image_std=HALF
    )
    processor = engine.ColModernVBertProcessor(
        images, _tokenizer(seed), image_seq_len=(EDGE // PATCH) ** 2
    )
    torch.manual_seed(seed)
    return Pupil(engine.ColModernVBert(_config(processor)), processor)


def load(folder: Path) -> Pupil:
    """Load a model that was taught before, to teach it further."""
    engine = import_module("colpali_engine.models")
    model = engine.ColModernVBert.from_pretrained(str(folder), local_files_only=True)
    read = engine.ColModernVBertProcessor.from_pretrained(str(folder), local_files_only=True)
    return Pupil(model, read)


def _config(processor: Any) -> Any:  # noqa: ANN401  colpali-engine ships no types
    common = {"hidden_size": WIDTH, "num_attention_heads": HEADS}
    vision = {
        **common,
        "model_type": "siglip_vision_model",
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": VISION_DEPTH,
        "patch_size": PATCH,
        "image_size": EDGE,
    }
    text = {
        **common,
        "model_type": "modernbert",
        "intermediate_size": WIDTH,
        "num_hidden_layers": TEXT_DEPTH,
        "layer_types": ["full_attention"] * TEXT_DEPTH,
        "max_position_embeddings": 1024,
        "vocab_size": len(processor.tokenizer),
        "pad_token_id": processor.tokenizer.pad_token_id,
        **dict.fromkeys(("bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id"), 0),
    }
    return import_module("transformers").ModernVBertConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=processor.image_token_id,
        pixel_shuffle_factor=1,
    )


def _tokenizer(seed: int) -> Any:  # noqa: ANN401  as above
    """A byte-level BPE tokenizer trained on the words of the lessons."""
    parts = import_module("tokenizers")
    made = parts.Tokenizer(parts.models.BPE())
    made.pre_tokenizer = parts.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = parts.decoders.ByteLevel()
    trainer = parts.trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=parts.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(_texts(Random(seed)), trainer)
    names = (*SPECIAL.values(), *TOKENS, "<global-img>")
    made.add_special_tokens([parts.AddedToken(name, special=True) for name in names])
    return import_module("transformers").PreTrainedTokenizerFast(tokenizer_object=made, **SPECIAL)


def _texts(dice: Random) -> Iterable[str]:
    yield from (f"{word} {word}" for word in WORDS * 20)
    for _ in range(2000):
        yield ask(dice, plan_page(dice, lesson=True)).text
    for _ in range(300):
        for drawn in (draw_report(dice), draw_article(dice)):
            yield drawn.question
            yield " ".join(word.text for word in drawn.content.words.words)
