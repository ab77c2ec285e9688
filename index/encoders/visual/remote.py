"""The visual encoder whose model runs on a vLLM server, and only its processor here.

The server sends a row for every token of its prompt and does not say which tokens those are. The
model's own processor, whose files are here without the weights, makes the same prompt: it tells
which rows are patches, and how many rows there must be. A question is sent as the processor's token
ids. A server whose prompt has another length is refused; one with other tokens in the same places
can only be found by the proof at load time.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import ModelPin, PageContent
from index.encoders.png import png_of
from index.encoders.registry import MODELS
from index.encoders.visual.checkpoint import Checkpoint, Source, find_processor
from index.encoders.visual.families import Family, Processor, family_of
from index.encoders.visual.loading import check_engine, load_processor
from index.encoders.visual.pooling_api import PoolingApi, Served
from index.encoders.visual.proof import Record, check_rows, prove
from index.errors import InvalidRequest, ModelRejected
from index.records import Float32, PageWords, Question, RowChoice, RowKind, Rows

AT_ONCE = 4  # pages on their way to the server: it makes batches of its own
# What the checkpoints that vLLM loads call a family.
SERVED_TYPES = {"colpali": "paligemma", "colqwen3": "qwen3_vl", "colqwen3_5": "qwen3_5"}


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a model without its weights.

    Attributes:
        checkpoint: the processor's files.
        family: its architecture.
        processor: loaded.
        dim: length of a row.
    """

    checkpoint: Checkpoint
    family: Family
    processor: Processor
    dim: int


class _Prompt(NamedTuple):
    """What the server's prompt around a page must be.

    Attributes:
        is_patch: `(n_tokens,)` which of its tokens stand for patches.
        boxes: `(n_patches, 4)`.
    """

    is_patch: NDArray[np.bool_]
    boxes: Float32


class VllmEncoder:
    """Encodes pages as patch rows on a vLLM server. Any number of threads may share it.

    Args:
        model: what is known of it here.
        served: what it is over there.
        server: closed with the encoder.
    """

    rows: RowChoice = "patch"

    def __init__(self, model: Description, served: Served, server: PoolingApi) -> None:
        self._model = model
        self._served = served
        self._server = server
        self._reading = threading.Lock()  # a tokenizer keeps the padding that it works with

    @classmethod
    def open(
        cls,
        source: Source,
        server: PoolingApi,
        *,
        rows: RowChoice = "patch",
        records: Path | None = None,
        probe: bool = True,
    ) -> Self:
        """Find a model's processor and prove that the server's rows are what they must be.

        Args:
            source: where the processor's files are.
            server: closed when this fails.
            rows: only `patch`.
            records: folder of the rows that models made when they were first trusted; None leaves
                that comparison out.
            probe: whether the model must prefer the right one of two questions. Only a trained
                model can.

        Raises:
            EncoderUnavailable: the server does not answer.
            InvalidRequest: no such model, or rows other than patches.
            MissingDependency: colpali-engine is not installed.
            ModelRejected: the proof fails; the message says where.
            Unavailable: the hub does not send the processor's files.
        """
        with ExitStack() as opened:
            opened.callback(server.close)
            if rows != "patch":
                raise InvalidRequest(
                    f"{source.name} on a server has patch rows and no {rows} rows; take rows=patch "
                    "and index the page's words with the default encoder beside it"
                )
            served = server.served(source.name)
            encoder = cls(_described(source, served, server), served, server)
            told = f"{source.name} as {served.name} from {served.root}"
            prove(encoder, Record(told, rows, "served"), folder=records, probe=probe)
            opened.pop_all()
        return encoder

    @property
    def pin(self) -> ModelPin:
        """What this encoder is: the server's word for the model, and the processor's bytes."""
        found, served = self._model.checkpoint, self._served
        revision = f"vllm {served.name} from {served.root}"
        return ModelPin(found.name, revision, found.sha256, self._model.dim)

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page; several are sent at once.

        Raises:
            EncoderUnavailable: the server does not answer.
            ModelRejected: it refuses a page, or its rows are not usable.
        """
        prompts = [self._prompt(page) for page in pages]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._patches, pages, prompts))

    def encode_context(self, context: PageWords) -> Rows:  # noqa: ARG002  the protocol's
        """Return no rows: patches have no text."""
        return Rows.none(self._model.dim)

    def encode_question(self, text: str) -> Question:
        """Encode a question: every token weighs 1, the augmentation tokens behind it too.

        Raises:
            EncoderUnavailable: the server does not answer.
            InvalidRequest: the question has no words.
            ModelRejected: the server refuses the question, or its rows are not usable.
        """
        if not text.strip():
            raise InvalidRequest("the question is empty; ask with at least one word")
        with self._reading:
            ids = _question_ids(self._model.processor, text)
        vectors = self._server.read_tokens(self._served.name, ids)
        everything = np.ones(len(ids), np.bool_)
        tokens = tuple(self._model.processor.tokenizer.convert_ids_to_tokens(ids))
        weights = np.ones(len(ids), np.float32)
        return Question(text, self._checked(vectors, everything, "question"), weights, tokens)

    def close(self) -> None:
        """Let go of the server; what comes later is refused."""
        self._server.close()

    def _prompt(self, page: PageContent) -> _Prompt:
        from PIL import Image  # noqa: PLC0415  a query-only process needs no pictures

        height, width = page.image.shape[:2]
        processor = self._model.processor
        boxes = self._model.family.patch_boxes(processor, width, height)
        with self._reading:
            inputs = processor.process_images([Image.fromarray(page.image)])
        attended = inputs["attention_mask"][0].bool()
        is_patch = processor.get_image_mask(inputs)[0][attended].numpy()
        if is_patch.sum() != len(boxes):
            raise ModelRejected(
                f"the processor of {self._model.checkpoint.name} makes {is_patch.sum()} patches of "
                f"a page where its family makes {len(boxes)}; it is not the family's"
            )
        return _Prompt(is_patch, boxes)

    def _patches(self, page: PageContent, prompt: _Prompt) -> Rows:
        vectors = self._server.read_image(self._served.name, png_of(page.image))
        made = self._checked(vectors, prompt.is_patch, "page")
        return Rows.of_kind(RowKind.PATCH, made, prompt.boxes)

    def _checked(self, vectors: Float32, wanted: NDArray[np.bool_], what: str) -> Float32:
        """Return the wanted ones of a prompt's rows, `(n_wanted, dim)`."""
        if len(vectors) != len(wanted):
            raise ModelRejected(
                f"{self._served.name} sent {len(vectors)} rows of a {what} where its processor "
                f"makes {len(wanted)} tokens; serve it with the prompt that it was trained with "
                "(vLLM's --chat-template) and the same processor files as here"
            )
        return check_rows(self._served.name, vectors[wanted], self._model.dim)


def _described(source: Source, served: Served, server: PoolingApi) -> Description:
    """Load a model's processor; how long its rows are says the registry, else the server."""
    check_engine()
    checkpoint = find_processor(source)
    model_type = checkpoint.model_type or ""
    family = family_of(SERVED_TYPES.get(model_type, model_type))
    processor = load_processor(checkpoint, family)
    known = next((model.dim for model in MODELS if model.name == source.name), None)
    if known is None:
        known = server.read_tokens(served.name, _question_ids(processor, "page")).shape[1]
    return Description(checkpoint, family, processor, known)


def _question_ids(processor: Processor, text: str) -> list[int]:
    inputs = processor.process_queries([text])
    ids: list[int] = inputs["input_ids"][0][inputs["attention_mask"][0].bool()].tolist()
    return ids
