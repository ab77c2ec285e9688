"""Which part serves which setting: the choices behind `Service.build`."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, Protocol

import pypdfium2.version  # type: ignore[import-untyped]  # ships no types
import pytesseract  # type: ignore[import-untyped]  # likewise

from answer.answers import Answer, EvidencePage, Token
from answer.extractive import ExtractiveAnswerer
from answer.gate import Gate
from answer.model.breaker import CircuitBreaker
from answer.model.calls import UNWATCHED
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.recital import Recital
from answer.stop import Stop
from answer.tiers import TieredClient
from answer.vlm import VlmClient
from api.metrics import Metrics
from api.settings import Settings
from api.telemetry import Telemetry
from api.traces import Traces
from index.catalog.catalog import Catalog
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf, ShelfSettings
from index.errors import MissingDependency
from index.vectors.base import VectorStore
from index.vectors.edge import EdgeVectorStore
from ingest.limits import A4_AT_144_DPI, Limits
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
    """Writes an answer from pages: extractive, or one or two vision-language models."""

    @property
    def model(self) -> str:
        """Its name in answers."""

    def stream(
        self, question: str, pages: Sequence[EvidencePage], stop: Stop | None = None
    ) -> Iterator[Token | Answer]:
        """Yield the answer's sentences as they come, and the whole answer last."""

    def close(self) -> None:
        """Let go of connections."""


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
        return StoreScoring(vectors, catalog, min_refined=settings.refined_pages)
    keeper = RowKeeper(vectors, settings.data / "sidecar")
    if chosen == "cuda":
        return CudaScoring(keeper, max_bytes=settings.gpu_bytes or room("cuda"))
    return SidecarScoring(
        keeper,
        threads=settings.search_threads,
        kernel=chosen,
        min_refined=settings.refined_pages,
    )


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
        max_edge_px=round(
            A4_AT_144_DPI[1] * math.sqrt(settings.max_pixels / math.prod(A4_AT_144_DPI))
        ),
        max_pixels=settings.max_pixels,
        max_bytes=settings.max_bytes,
        max_pages=settings.max_pages,
        page_timeout_s=settings.page_timeout_s,
        memory_bytes=settings.memory_bytes,
    )


def reader(settings: Settings) -> Reader:
    """Return what turns files into pages."""
    ocr = TesseractOcr(n_workers=settings.ocr_workers)
    return Reader(
        limits(settings),
        ocr,
        engines=settings.renderer,
        word_source=settings.word_source,
        injection=settings.injection,
    )


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


def telemetry(settings: Settings) -> Telemetry:
    """Return what listens to all parts: metrics, and traces where there is a collector."""
    return Telemetry(Metrics(), Traces.open(settings.otlp_url))


def answerer(settings: Settings, told: Telemetry | None = None) -> Answerer | None:
    """Return what asks the models that the settings name, or None when they name none."""
    large = model(settings, told)
    if large is None or not settings.vlm_small_model:
        return large
    url = settings.vlm_small_url or settings.vlm_url or ""
    key = settings.vlm_small_key if settings.vlm_small_url else settings.vlm_key
    endpoint = (url, settings.vlm_small_model, key)
    return TieredClient(_client(settings, endpoint, told), large)


def model(settings: Settings, told: Telemetry | None = None) -> VlmClient | None:
    """Return the vision-language model that the settings name, or None when they name none."""
    if settings.vlm_url is None:
        return None
    endpoint = (settings.vlm_url, settings.vlm_model, settings.vlm_key)
    return _client(settings, endpoint, told)


@cache
def quoter(language: str) -> Answerer:
    """Return what answers without a model."""
    return Recital(ExtractiveAnswerer(language=language))


def _client(settings: Settings, named: tuple[str, str, str], told: Telemetry | None) -> VlmClient:
    limits = CallLimits(settings.vlm_connect_s, settings.vlm_silence_s, settings.vlm_retries)
    breaker = CircuitBreaker()
    if told is not None:
        told.follow_circuit(named[1], breaker)
    calls = told or UNWATCHED
    endpoint = ChatEndpoint(*named, limits=limits, breaker=breaker, calls=calls)
    return VlmClient(endpoint, settings.vlm_timeout_s, evidence=settings.vlm_evidence)


@cache
def gate(language: str) -> Gate:
    """Return what says whether there can be an answer, for either of them."""
    return Gate(language=language)


def renderer_version(settings: Settings) -> str:
    """Name the first PDF engine and its version."""
    if settings.renderer[0] == "pdfium":
        return f"pdfium {pypdfium2.version.PDFIUM_INFO.version}"
    return settings.renderer[0]


def words_version(settings: Settings) -> str:
    """Name what reads pixels in new collections, and its version."""
    if settings.word_source == "text_layer":
        return "none"
    return f"{ocr_version()}{' alone' if settings.word_source == 'ocr' else ''}"


@cache
def ocr_version() -> str:
    """Name the OCR engine and its version."""
    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except pytesseract.TesseractNotFoundError:
        return "none"
