"""Which part serves which setting: the choices behind `Service.build`."""

from functools import cache
from typing import Literal, Protocol

import pypdfium2.version  # type: ignore[import-untyped]  # ships no types
import pytesseract  # type: ignore[import-untyped]  # likewise

from answer.answers import Answer, EvidencePage
from answer.extraction.model_reader import ModelReader
from answer.extraction.pointing import FieldReader
from answer.extractive import ExtractiveAnswerer
from answer.vlm import VlmClient
from api.settings import Settings
from index.catalog.catalog import Catalog
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf, ShelfSettings
from index.errors import MissingDependency
from index.vectors.base import VectorStore
from index.vectors.edge import EdgeVectorStore
from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.reading import Reader
from retrieval.cuda import is_cuda_available, room
from retrieval.cuda_scoring import CudaScoring
from retrieval.int8.scoring import Kernel, find_kernel
from retrieval.rows import RowKeeper
from retrieval.scorer import Scoring
from retrieval.sidecar_scoring import SidecarScoring
from retrieval.store_scoring import StoreScoring


class Answerer(Protocol):
    """Writes an answer from pages: extractive, or a vision-language model."""

    def answer(self, question: str, pages: list[EvidencePage]) -> Answer:
        """Answer the question from the pages, or refuse."""


def vector_store(settings: Settings) -> VectorStore:
    """Return the embedded store, or the server that the setting names."""
    if settings.vectors == "edge":
        return EdgeVectorStore(settings.data / "vectors")
    from index.vectors.server import QdrantVectorStore  # noqa: PLC0415  a second to import

    return QdrantVectorStore.connect(
        settings.vectors, api_key=settings.vectors_key, quantization=settings.quantization
    )


def scoring(settings: Settings, vectors: VectorStore, catalog: Catalog) -> Scoring:
    """Return what scores rows.

    Raises:
        MissingDependency: the setting names what this machine or installation lacks.
    """
    chosen = scorer(settings)
    if chosen == "qdrant":
        return StoreScoring(vectors, catalog)
    keeper = RowKeeper(vectors, settings.data / "sidecar")
    if chosen == "cuda":
        return CudaScoring(keeper, max_bytes=settings.gpu_bytes or room("cuda"))
    return SidecarScoring(keeper, threads=settings.search_threads, kernel=chosen)


def scorer(
    settings: Settings, *, kernel: Kernel | None = None, has_cuda: bool | None = None
) -> Literal["native", "numpy", "cuda", "qdrant"]:
    """Return which scorer the setting leads to here.

    Args:
        settings: whose `scorer` is asked for.
        kernel: the fastest that there is here; looked for unless told.
        has_cuda: whether there is a CUDA device; looked for unless told.

    Raises:
        MissingDependency: the setting names what this machine or installation lacks.
    """
    fastest = kernel or find_kernel()
    if settings.scorer in ("auto", "cuda") and has_cuda is None:
        has_cuda = is_cuda_available()
    if settings.scorer == "auto":
        return "cuda" if has_cuda else fastest
    if settings.scorer == "cuda" and not has_cuda:
        raise MissingDependency(
            "PAGESIGHT_SCORER=cuda, but PyTorch finds no CUDA device; install a driver and a "
            "PyTorch for CUDA, or set auto, which takes what there is"
        )
    if settings.scorer == "native" and fastest != "native":
        raise MissingDependency(
            "PAGESIGHT_SCORER=native, but the C kernel was not built or this processor has no "
            "AVX2; `pagesight doctor` says which, and auto takes what there is"
        )
    return settings.scorer


def limits(settings: Settings) -> Limits:
    """Return what one file may cost."""
    return Limits(
        max_bytes=settings.max_bytes,
        max_pages=settings.max_pages,
        page_timeout_s=settings.page_timeout_s,
        memory_bytes=settings.memory_bytes,
    )


def reader(settings: Settings) -> Reader:
    """Return what turns files into pages."""
    ocr = TesseractOcr(n_workers=settings.ocr_workers)
    return Reader(limits(settings), ocr, engines=settings.renderer)


def shelf(settings: Settings, encoder: Encoder | None = None) -> EncoderShelf:
    """Return what opens encoders, with the one for new collections open.

    Raises:
        InvalidRequest: there is no such encoder.
        ModelRejected: its files or its rows are not what they must be.
        Unavailable: the hub or the server that runs it does not answer.
    """
    opener = EncoderShelf(
        ShelfSettings(
            threads=settings.encoder_threads,
            records=settings.data / "trusted-rows",
            allow_network=settings.hub,
            url=settings.encoder_url,
            key=settings.encoder_key,
        )
    )
    if encoder is not None:
        opener.put(encoder)
    opener.open(*opener.settle(EncoderChoice(settings.encoder, settings.rows)))
    return opener


def answerer(settings: Settings, *, language: str) -> Answerer:
    """Return the model that the settings name, or the one that only quotes."""
    if settings.vlm_url is None:
        return _extractive(language)
    return VlmClient(settings.vlm_url, settings.vlm_model, settings.vlm_key, settings.vlm_timeout_s)


def field_reader(settings: Settings) -> FieldReader | None:
    """Return the model that reads fields which the words do not settle, if one is set."""
    if settings.vlm_url is None:
        return None
    client = VlmClient(
        settings.vlm_url, settings.vlm_model, settings.vlm_key, settings.vlm_timeout_s
    )
    return ModelReader(client)


def renderer_version(settings: Settings) -> str:
    """Name the first PDF engine and its version."""
    if settings.renderer[0] == "pdfium":
        return f"pdfium {pypdfium2.version.PDFIUM_INFO.version}"
    return settings.renderer[0]


@cache
def ocr_version() -> str:
    """Name the OCR engine and its version."""
    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except pytesseract.TesseractNotFoundError:
        return "none"


@cache
def _extractive(language: str) -> ExtractiveAnswerer:
    return ExtractiveAnswerer(language=language)
