"""Which part serves which setting: the choices behind `Service.build`."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, Protocol

import pypdfium2.version  # type: ignore[import-untyped]  # ships no types
import pytesseract  # type: ignore[import-untyped]  # likewise

from answer.answers import Answer, EvidencePage, Token
from answer.budget.cap import InputCap
from answer.budget.known_models import image_family
from answer.extractive import ExtractiveAnswerer
from answer.gate import Gate
from answer.model.base import ChatModel
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.model.local import LocalModel
from answer.recital import Recital
from answer.stop import Stop
from answer.tiers import TieredClient
from answer.vlm import VlmClient
from api.doorkeeper import Doorkeeper
from api.ownership import Ownership
from api.prices import Price
from api.purse import Purse
from api.settings import IN_PROCESS, LOOPBACK, Settings
from index.blobs.base import Blobs
from index.blobs.local import LocalBlobs
from index.catalog.catalog import Catalog
from index.catalog.keys import Keys
from index.catalog.spending import Spending
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf, ShelfSettings
from index.errors import MissingDependency
from index.vectors.base import VectorStore
from index.vectors.edge import EdgeVectorStore
from ingest.fetching.fetcher import Fetcher, FetchPolicy
from ingest.fetching.hosts import HostRule
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


class ModelAnswerer(Answerer, Protocol):
    """One or two vision-language models."""

    @property
    def large(self) -> VlmClient:
        """The one with the last word."""

    def warm(self) -> None:
        """Begin in the background what the first answer would wait for."""


def doorkeeper(settings: Settings, keys: Keys, ownership: Ownership | None) -> Doorkeeper:
    """Return what lets requests in."""
    secret = ownership.owner.secret if ownership else None
    hosts = None if settings.trust_network else LOOPBACK
    return Doorkeeper(keys, owner_secret=secret, hosts=hosts)


def purse(settings: Settings, spending: Spending) -> Purse:
    """Return what holds callers to their daily limits."""
    prices = {model: Price.parse(price) for model, price in settings.vlm_prices.items()}
    return Purse(spending, prices)


def vector_store(settings: Settings) -> VectorStore:
    """Return the embedded store, or the server that the setting names."""
    if settings.vectors == "edge":
        return EdgeVectorStore(settings.data / "vectors")
    from index.vectors.server import QdrantVectorStore  # noqa: PLC0415  a second to import

    return QdrantVectorStore.connect(
        settings.vectors, api_key=settings.vectors_key, quantization=settings.quantization
    )


def blobs(settings: Settings) -> Blobs:
    """Return the local folder, or the bucket that the setting names."""
    if settings.blobs == "local":
        return LocalBlobs(settings.data / "blobs")
    from index.blobs.s3 import Bucket, S3Blobs  # noqa: PLC0415  only where there is a bucket

    bucket = Bucket(
        settings.blobs,
        endpoint=settings.s3_endpoint,
        key_id=settings.s3_key_id,
        secret=settings.s3_secret,
        region=settings.s3_region,
    )
    return S3Blobs(bucket, settings.data / "spool")


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


def fetcher(settings: Settings) -> Fetcher:
    """Return what fetches documents by URL, where hosts are listed."""
    hosts = tuple(HostRule.parse(host) for host in settings.fetch_hosts)
    return Fetcher(FetchPolicy(hosts, settings.max_bytes, settings.fetch_timeout_s))


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


def answerer(settings: Settings) -> ModelAnswerer | None:
    """Return what asks the models that the settings name, or None when they name none."""
    large = model(settings)
    if large is None or not settings.vlm_small_model:
        return large
    url = settings.vlm_small_url or settings.vlm_url or ""
    key = settings.vlm_small_key if settings.vlm_small_url else settings.vlm_key
    return TieredClient(_client(settings, url, settings.vlm_small_model, key), large)


def model(settings: Settings) -> VlmClient | None:
    """Return the vision-language model that the settings name, or None when they name none."""
    if settings.vlm_url is None:
        return None
    return _client(settings, settings.vlm_url, settings.vlm_model, settings.vlm_key)


@cache
def quoter(language: str) -> Answerer:
    """Return what answers without a model."""
    return Recital(ExtractiveAnswerer(language=language))


def _client(settings: Settings, url: str, model: str, key: str) -> VlmClient:
    images = image_family(settings.vlm_image_tokens, model)
    return VlmClient(
        _chat(settings, url, model, key),
        settings.vlm_timeout_s,
        evidence=settings.vlm_evidence,
        cap=InputCap(settings.vlm_max_input_tokens, images),
    )


def _chat(settings: Settings, url: str, model: str, key: str) -> ChatModel:
    if url == IN_PROCESS:
        device = None if settings.vlm_device == "auto" else settings.vlm_device
        return LocalModel.named(model, device=device, allow_network=settings.hub)
    limits = CallLimits(settings.vlm_connect_s, settings.vlm_silence_s, settings.vlm_retries)
    return ChatEndpoint(url, model, key, limits=limits)


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
