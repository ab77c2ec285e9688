"""The visual encoder: pages as patch rows, as text rows of the same model, or as both.

Patch rows are the model's rows of its image tokens, each with the box of what it saw; the rows of
the fixed instruction around them stand nowhere on the page and are left out.

Every token of a question that the model reads counts 1, colpali-engine's ten augmentation tokens
among them: the models were trained, and their published scores were measured, with the sum over all
of them. Padding never occurs, as a question is read alone.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from index.encoders.averaging import averaged
from index.encoders.base import ModelPin, PageContent
from index.encoders.token_windows import kept_rows
from index.encoders.visual.checkpoint import Checkpoint, Source, find_checkpoint
from index.encoders.visual.families import Family, family_of
from index.encoders.visual.lanes import Inputs, Lanes
from index.encoders.visual.loading import Loaded, check_engine, load
from index.encoders.visual.proof import Record, check_rows, prove
from index.encoders.visual.text_tower import Tokens, marks, read_words, windows_of
from index.errors import InvalidRequest, ModelRejected
from index.records import Float32, PageWords, Question, RowChoice, RowKind, Rows, Word
from index.vectors.base import max_rows

if TYPE_CHECKING:
    from torch import Tensor

WINDOWS_AT_ONCE = 8
GPU_PAGES = 4  # in a forward pass; one keeps an H100 idle for half of its time
PREPARERS = 4  # threads; a processor takes as long for a page as an H100
# Values of pixels in one pass: about five pages of a megapixel on a GPU, strangers never on a CPU.
MAX_PIXELS = 1 << 24


class VisualEncoder:
    """Encodes pages with a model of the ColPali family. Any number of threads may share it.

    Args:
        checkpoint: the model's files.
        family: its architecture.
        loaded: the model itself.
        rows: which rows a page gets.
        batch: pages in a forward pass; a few on a GPU and one on the CPU unless told.

    Raises:
        InvalidRequest: text rows are asked of a model that was never trained on text.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        family: Family,
        loaded: Loaded,
        *,
        rows: RowChoice = "patch",
        batch: int | None = None,
    ) -> None:
        if rows != "patch" and not family.reads_text:
            raise InvalidRequest(
                f"{checkpoint.name} was not trained to embed text, so it has no {rows} rows; "
                "take rows=patch and index the page's words with the default encoder beside it"
            )
        self._checkpoint = checkpoint
        self._family = family
        self._loaded = loaded
        self._rows = rows
        self._batch = batch or (1 if loaded.device == "cpu" else GPU_PAGES)
        self._lanes = Lanes(self._forward, max_pixels=0 if loaded.device == "cpu" else MAX_PIXELS)

    @classmethod
    def open(
        cls,
        source: Source,
        *,
        rows: RowChoice = "patch",
        device: str = "cpu",
        batch: int | None = None,
        records: Path | None = None,
        probe: bool = True,
    ) -> Self:
        """Load a model and prove that it is what it must be.

        Args:
            source: where the model is.
            rows: which rows a page gets.
            device: `cpu`, or a device of torch such as `cuda`.
            batch: pages in a forward pass; a few on a GPU and one on the CPU unless told.
            records: folder of the rows that models made when they were first trusted; None leaves
                that comparison out.
            probe: whether the model must prefer the right one of two questions. Only a trained
                model can.

        Raises:
            InvalidRequest: no such model, or rows that it does not have.
            MissingDependency: colpali-engine is not installed.
            ModelRejected: the proof fails; the message says where.
            Unavailable: the hub does not send the files.
        """
        check_engine()
        checkpoint = find_checkpoint(source)
        family = family_of(checkpoint.model_type)
        loaded = load(checkpoint, family, device=device)
        encoder = cls(checkpoint, family, loaded, rows=rows, batch=batch)
        record = Record(checkpoint.identity, rows, loaded.dtype)
        prove(encoder, record, folder=records, probe=probe)
        return encoder

    @property
    def pin(self) -> ModelPin:
        """What this encoder is, exactly."""
        found = self._checkpoint
        return ModelPin(found.name, found.revision, found.sha256, self._loaded.model.dim)

    @property
    def rows(self) -> RowChoice:
        """Which rows a page gets."""
        return self._rows

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page; only a page without words, of an encoder of text rows, has no rows."""
        seen = (
            self._patches(pages)
            if self._rows != "text"
            else [Rows.none(self._loaded.model.dim)] * len(pages)
        )
        if self._rows == "patch":
            return seen
        return [
            _joined(rows, self._words(page.words.words, beside=len(rows)))
            for page, rows in zip(pages, seen, strict=True)
        ]

    def encode_context(self, context: PageWords) -> Rows:
        """Encode what a document is called; zero rows from an encoder of patches alone."""
        return (
            Rows.none(self._loaded.model.dim)
            if self._rows == "patch"
            else self._words(context.words, beside=0)
        )

    def encode_question(self, text: str) -> Question:
        """Encode a question: every token weighs 1, the augmentation tokens behind it too.

        Raises:
            InvalidRequest: the question has no words.
        """
        if not text.strip():
            raise InvalidRequest("the question is empty; ask with at least one word")
        inputs = self._loaded.processor.process_queries([text])
        vectors = self._lanes.read_question(inputs)[0][inputs["attention_mask"][0].bool().numpy()]
        ids = inputs["input_ids"][0][inputs["attention_mask"][0].bool()].tolist()
        tokens = tuple(self._loaded.processor.tokenizer.convert_ids_to_tokens(ids))
        return Question(text, self._checked(vectors), np.ones(len(ids), np.float32), tokens)

    def close(self) -> None:
        """Refuse what waits for the model and what comes later."""
        self._lanes.close()

    def _patches(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode pages; on a GPU the next ones are prepared while some are read."""
        batches = [pages[n : n + self._batch] for n in range(0, len(pages), self._batch)]
        if self._loaded.device == "cpu":  # the model takes every core itself
            return [rows for batch in batches for rows in self._read(self._prepared(batch))]
        with ThreadPoolExecutor(PREPARERS, "prepare pages") as pool:
            return [
                rows
                for prepared in pool.map(self._prepared, batches)
                for rows in self._read(prepared)
            ]

    def _prepared(self, pages: Sequence[PageContent]) -> "_Prepared":
        from PIL import Image  # noqa: PLC0415  a query-only process needs no pictures

        processor = self._loaded.processor
        boxes = [self._boxes(page) for page in pages]  # refuses a page that has no place
        inputs = processor.process_images([Image.fromarray(page.image) for page in pages])
        masks = processor.get_image_mask(inputs) & inputs["attention_mask"].bool()
        return _Prepared(inputs, masks.numpy(), boxes)

    def _read(self, prepared: "_Prepared") -> list[Rows]:
        made = self._lanes.read_pages(prepared.inputs)
        return [
            self._patch_rows(vectors[mask], boxes)
            for vectors, mask, boxes in zip(made, prepared.masks, prepared.boxes, strict=True)
        ]

    def _boxes(self, page: PageContent) -> Float32:
        height, width = page.image.shape[:2]
        return self._family.patch_boxes(self._loaded.processor, width, height)

    def _patch_rows(self, vectors: Float32, boxes: Float32) -> Rows:
        if len(boxes) != len(vectors):
            raise ModelRejected(
                f"{self._checkpoint.name} made {len(vectors)} rows of a page where its family "
                f"makes {len(boxes)}; its processor is not the family's"
            )
        return Rows.of_kind(RowKind.PATCH, self._checked(vectors), boxes)

    def _words(self, words: Sequence[Word], *, beside: int) -> Rows:
        """Return the rows of words, few enough to be stored with `beside` rows."""
        if not words:
            return Rows.none(self._loaded.model.dim)
        tokens = read_words(self._loaded.processor, [word.text for word in words])
        boxes = np.array([words[n].box for n in tokens.words], np.float32).reshape(-1, 4)
        vectors = self._checked(self._text_vectors(tokens))
        limit = max_rows(self._loaded.model.dim) - beside
        return Rows.of_kind(RowKind.TEXT, *averaged(vectors, boxes, max_rows=limit))

    def _text_vectors(self, tokens: Tokens) -> Float32:
        """Return each token's row, read in windows, `(n_tokens, dim)`."""
        rows = np.empty((len(tokens.ids), self._loaded.model.dim), np.float32)
        before, behind = marks(self._loaded.processor)
        for length, alike in groupby(
            windows_of(tokens), key=lambda window: window.stop - window.start
        ):
            windows = list(alike)
            for n in range(0, len(windows), WINDOWS_AT_ONCE):
                batch = windows[n : n + WINDOWS_AT_ONCE]
                ids = [[*before, *tokens.ids[w.start : w.stop], *behind] for w in batch]
                made = self._lanes.read_pages(_unpadded(ids))
                for window, read in zip(batch, made, strict=True):
                    own = read[len(before) : len(before) + length]
                    rows[window.first : window.last] = kept_rows(window, own)
        return rows

    def _forward(self, inputs: Inputs) -> Float32:
        """Return the rows of all input tokens, padding included, `(n_inputs, n_tokens, dim)`."""
        import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

        ready = {
            name: value.to(self._loaded.device)
            for name, value in inputs.items()
            if name != "labels"  # would only have a loss computed
        }
        with torch.inference_mode():
            made = self._loaded.model(**ready)
        return np.asarray(made.float().cpu().numpy(), np.float32)

    def _checked(self, vectors: Float32) -> Float32:
        return check_rows(self._checkpoint.name, vectors, self._loaded.model.dim)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Pages as the model takes them.

    Attributes:
        inputs: of the model.
        masks: `(n_pages, n_tokens)` bool, which tokens stand for patches.
        boxes: of each page's patches, `(n_patches, 4)`.
    """

    inputs: Inputs
    masks: NDArray[np.bool_]
    boxes: Sequence[Float32]


def _joined(first: Rows, second: Rows) -> Rows:
    return Rows(
        np.concatenate([first.vectors, second.vectors]),
        np.concatenate([first.boxes, second.boxes]),
        np.concatenate([first.kinds, second.kinds]),
    )


def _unpadded(ids: list[list[int]]) -> "dict[str, Tensor]":
    import torch  # noqa: PLC0415  as above

    tokens = torch.tensor(ids)
    return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
