import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.encoders.visual.checkpoint import Source, find_checkpoint
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.families import FAMILIES, family_of
from index.encoders.visual.geometry import Grid, grid_boxes
from index.encoders.visual.loading import load
from index.errors import InvalidRequest, ModelRejected, PageTooLarge
from index.records import RowKind
from retrieval.maxsim import maxsim
from tests.index.encoders.visual.pages import box, boxed, dotted, noise
from tests.index.encoders.visual.plants import Tensors, altered

pytestmark = pytest.mark.colpali
TYPES = [family.model_type for family in FAMILIES]
SIZES = [(600, 300), (300, 900), (200, 200)]
QUESTIONS = ["What was the revenue in the third quarter?", "blue bars", "?"]
Encoders = Callable[..., VisualEncoder]
Engines = Callable[[str], tuple[Any, Any]]


@pytest.mark.parametrize("model_type", TYPES)
def test_pages_score_as_in_colpali_engine(
    encoder: Encoders, engine: Engines, model_type: str
) -> None:
    ours, (model, processor) = encoder(model_type), engine(model_type)
    pages = [noise(*size) for size in SIZES]
    rows = [page.vectors for page in ours.encode_pages(pages)]
    theirs = [_engine_rows(model, processor, page.image) for page in pages]
    for text in QUESTIONS:
        asked = _engine_question(model, processor, text)
        expected = [float(processor.score_multi_vector([asked], [page])) for page in theirs]
        assert maxsim(ours.encode_question(text), rows) == pytest.approx(expected, abs=1e-4)
    for made, reference in zip(rows, theirs, strict=True):
        assert made == pytest.approx(reference.numpy(), abs=1e-5)


@pytest.mark.parametrize("model_type", TYPES)
def test_rows_do_not_depend_on_the_pages_beside_them(encoder: Encoders, model_type: str) -> None:
    pages = [noise(*size) for size in SIZES]
    together = encoder(model_type, batch=len(pages)).encode_pages(pages)
    backwards = encoder(model_type, batch=3).encode_pages(pages[::-1])[::-1]
    for page, mixed, turned in zip(pages, together, backwards, strict=True):
        alone = encoder(model_type).encode_pages([page])[0]
        assert mixed.vectors == pytest.approx(alone.vectors, abs=1e-5)
        assert turned.vectors == pytest.approx(alone.vectors, abs=1e-5)
        assert mixed.boxes.tolist() == alone.boxes.tolist()


@pytest.mark.parametrize("model_type", TYPES)
def test_questions_asked_at_once_have_the_rows_that_they_have_alone(
    encoder: Encoders, model_type: str
) -> None:
    ours, texts = encoder(model_type), ["red bars", "blue bars", "?"] * 4
    alone = [ours.encode_question(text) for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        at_once = list(pool.map(ours.encode_question, texts))
    for one, other in zip(alone, at_once, strict=True):
        assert one.tokens == other.tokens
        assert other.vectors == pytest.approx(one.vectors, abs=1e-6)


@pytest.mark.parametrize("model_type", ["qwen2_vl", "qwen3_5", "idefics3"])
def test_padding_without_a_direction_does_not_reach_the_rows(
    checkpoint: Callable[[str], Path], tmp_path: Path, model_type: str
) -> None:
    whole = checkpoint(model_type)
    folder = altered(whole, tmp_path / "model", _without_padding(whole / "config.json"))
    pages = [noise(*size) for size in SIZES]
    together, alone = (
        VisualEncoder.open(Source(str(folder)), probe=False, batch=batch).encode_pages(pages)
        for batch in (3, 1)
    )
    for mixed, single in zip(together, alone, strict=True):
        assert mixed.vectors == pytest.approx(single.vectors, abs=1e-5)
    classes, family = import_module("colpali_engine.models"), family_of(model_type)
    model = getattr(classes, family.model_class).from_pretrained(str(folder)).eval()
    processor = getattr(classes, family.processor_class).from_pretrained(str(folder))
    images = [import_module("PIL.Image").fromarray(page.image) for page in pages]
    with import_module("torch").inference_mode():
        assert model(**processor.process_images(images)).isnan().any()


@pytest.mark.parametrize("model_type", TYPES)
def test_half_precision_gives_nearly_the_same_rows_at_unit_length(
    checkpoint: Callable[[str], Path], encoder: Encoders, model_type: str
) -> None:
    found, family = find_checkpoint(Source(str(checkpoint(model_type)))), family_of(model_type)
    loaded = load(found, family, device="cpu")
    model: Any = loaded.model
    loaded = replace(loaded, model=model.to(import_module("torch").bfloat16))
    half = VisualEncoder(found, family, loaded)
    page = noise(300, 200)
    rows, whole = half.encode_pages([page])[0], encoder(model_type).encode_pages([page])[0]
    assert (rows.vectors * whole.vectors).sum(axis=1).min() > 0.99
    assert np.linalg.norm(rows.vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("model_type", TYPES)
def test_a_question_does_not_depend_on_what_was_read_before(
    encoder: Encoders, model_type: str
) -> None:
    first = encoder(model_type).encode_question("blue bars")
    encoder(model_type).encode_pages([noise(200, 500)])
    assert (
        encoder(model_type).encode_question("blue bars").vectors.tolist() == first.vectors.tolist()
    )


@pytest.mark.parametrize("model_type", TYPES)
@pytest.mark.parametrize(("width", "height"), [(300, 420), (420, 300)])
def test_the_rows_whose_boxes_hold_a_spot_are_those_that_see_it(
    encoder: Encoders, model_type: str, width: int, height: int
) -> None:
    places = [(0.1, 0.1), (0.83, 0.12), (0.55, 0.9)]
    plain = noise(width, height)
    pages = [plain, *(dotted(plain, *place) for place in places)]
    before, *after = encoder(model_type).encode_pages(pages)
    for (x, y), rows in zip(places, after, strict=True):
        changes = np.linalg.norm(rows.vectors - before.vectors, axis=1)
        left, top, right, bottom = rows.boxes.T
        reach_x, reach_y = 12 / width, 12 / height
        across = (left - reach_x <= x) & (x <= right + reach_x)
        holding = across & (top - reach_y <= y) & (y <= bottom + reach_y)
        assert changes[holding].mean() > 10 * changes[~holding].mean()


@pytest.mark.parametrize("model_type", TYPES)
def test_a_page_has_located_patch_rows_alone(encoder: Encoders, model_type: str) -> None:
    rows = encoder(model_type).encode_pages([noise(300, 200, ["revenue"])])[0]
    assert rows.dim == encoder(model_type).pin.dim == (320 if model_type == "qwen3_vl" else 128)
    assert set(rows.kinds.tolist()) == {RowKind.PATCH}
    assert rows.boxes.min() == 0
    assert rows.boxes.max() == 1


@pytest.mark.parametrize("model_type", TYPES)
def test_every_token_of_a_question_counts_the_augmentation_too(
    encoder: Encoders, model_type: str
) -> None:
    asked = encoder(model_type).encode_question("revenue revenue")
    assert asked.weights.tolist() == [1] * len(asked.tokens)
    assert len(set(asked.tokens[-10:])) == 1
    assert asked.tokens[-10] in {"<pad>", "<|endoftext|>", "<end_of_utterance>"}


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_question_is_refused(encoder: Encoders, text: str) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        encoder("qwen2_vl").encode_question(text)


def test_fused_rows_are_the_patch_rows_and_then_the_text_rows(encoder: Encoders) -> None:
    page = noise(600, 300, ["revenue", "Pagesightlings"])
    patch, text, fused = (
        encoder("modernvbert", rows=rows).encode_pages([page])[0]
        for rows in ("patch", "text", "fused")
    )
    assert fused.vectors.tolist() == [*patch.vectors.tolist(), *text.vectors.tolist()]
    assert fused.kinds.tolist() == [RowKind.PATCH] * len(patch) + [RowKind.TEXT] * len(text)


def test_each_token_of_a_word_carries_its_box(encoder: Encoders) -> None:
    words = ["The", "revenue", "Pagesightlings", "\u20ac", "bars."]
    rows = encoder("modernvbert", rows="text").encode_pages([noise(60, 60, words)])[0]
    lefts, counts = np.unique(rows.boxes[:, 0], return_counts=True)
    assert lefts.tolist() == pytest.approx([box(n).left for n in range(len(words))])
    assert counts[2] > 2
    assert counts[3] == len(" \u20ac".encode())  # a token for each byte, the space's too
    assert rows.boxes[:, 0].tolist() == sorted(rows.boxes[:, 0].tolist())


def test_text_rows_are_those_that_colpali_engine_makes_of_the_text(
    encoder: Encoders, engine: Engines
) -> None:
    model, processor = engine("modernvbert")
    inputs = processor.process_texts(["revenue of the third quarter"])
    with import_module("torch").inference_mode():
        expected = model(**inputs)[0].numpy()
    page = noise(60, 60, ["revenue", "of", "the", "third", "quarter"])
    made = encoder("modernvbert", rows="text").encode_pages([page])[0].vectors
    assert made == pytest.approx(expected[-len(made) :], abs=1e-5)
    assert len(made) == len(expected)


def test_a_long_page_is_read_in_windows_that_keep_every_token(encoder: Encoders) -> None:
    words = ["table", "chart"] * 700
    words[1100] = "blue"
    text = encoder("modernvbert", rows="text")
    rows = text.encode_pages([noise(60, 60, words)])[0]
    lefts, firsts = np.unique(rows.boxes[:, 0], return_index=True)
    assert len(lefts) == len(words)
    alone = text.encode_pages([noise(60, 60, ["The", "blue"])])[0].vectors[-1]
    assert (rows.vectors @ alone).argmax() in range(firsts[1100], firsts[1101])


def test_a_page_of_too_many_words_has_neighbours_averaged(
    encoder: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = noise(600, 300, ["table", "chart"] * 50)
    n_patches = len(encoder("modernvbert").encode_pages([page])[0])
    monkeypatch.setattr("index.encoders.visual.encoder.max_rows", lambda _: n_patches + 60)
    rows = encoder("modernvbert", rows="fused").encode_pages([page])[0]
    assert n_patches < len(rows) <= n_patches + 60


def test_a_page_without_words_has_no_text_rows(encoder: Encoders) -> None:
    assert len(encoder("modernvbert", rows="text").encode_pages([noise(60, 60)])[0]) == 0


def test_a_name_is_encoded_only_where_text_is(encoder: Encoders) -> None:
    name = boxed(["annual", "report"])
    assert encoder("modernvbert", rows="patch").encode_context(name).vectors.shape == (0, 128)
    rows = encoder("modernvbert", rows="fused").encode_context(name)
    assert set(rows.kinds.tolist()) == {RowKind.TEXT}


@pytest.mark.parametrize("rows", ["text", "fused"])
def test_text_rows_of_a_model_that_reads_no_text_are_refused(encoder: Encoders, rows: str) -> None:
    with pytest.raises(InvalidRequest, match=f"has no {rows} rows"):
        encoder("qwen2_vl", rows=rows)


def test_a_page_that_the_processor_cannot_read_is_refused(encoder: Encoders) -> None:
    with pytest.raises(PageTooLarge, match="too narrow"):
        encoder("qwen2_vl").encode_pages([noise(2010, 10)])


def test_rows_without_a_box_each_are_refused(checkpoint: Callable[[str], Path]) -> None:
    found = find_checkpoint(Source(str(checkpoint("qwen2_vl"))))
    family = family_of("qwen2_vl")
    elsewhere = replace(family, patch_boxes=lambda *_: grid_boxes(Grid(2, 2)))
    encoder = VisualEncoder(found, elsewhere, load(found, family, device="cpu"))
    with pytest.raises(ModelRejected, match=r"made 49 rows .* where its family makes 4"):
        encoder.encode_pages([noise(200, 200)])


def _engine_rows(model: Any, processor: Any, image: Any) -> Any:
    inputs = processor.process_images([import_module("PIL.Image").fromarray(image)])
    with import_module("torch").inference_mode():
        return model(**inputs)[0][processor.get_image_mask(inputs)[0]]


def _without_padding(config: Path) -> Callable[[Tensors], object]:
    """Zero what decides the rows of padding: its embedding and the projection's bias."""
    pad = json.loads(config.read_text())["text_config"]["pad_token_id"]

    def change(tensors: Tensors) -> None:
        for name, tensor in tensors.items():
            if "embed_tokens" in name:
                tensor[pad] = 0
            elif name in {"linear.bias", "custom_text_proj.bias"}:
                tensor.zero_()

    return change


def _engine_question(model: Any, processor: Any, text: str) -> Any:
    with import_module("torch").inference_mode():
        return model(**processor.process_queries([text]))[0]
