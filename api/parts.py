"""Which part serves which setting: the choices behind `Service.build`."""

from functools import cache
from typing import Protocol

import pypdfium2.version  # type: ignore[import-untyped]  # ships no types
import pytesseract  # type: ignore[import-untyped]  # likewise

from answer.answers import Answer, EvidencePage
from answer.extractive import ExtractiveAnswerer
from answer.vlm import VlmClient
from api.settings import Settings
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf, ShelfSettings
from index.vectors.base import VectorStore
from index.vectors.edge import EdgeVectorStore
from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.reading import Reader


class Answerer(Protocol):
    """Writes an answer from pages: extractive, or a vision-language model."""

    def answer(self, question: str, pages: list[EvidencePage]) -> Answer:
        """Answer the question from the pages, or refuse."""


def vector_store(settings: Settings) -> VectorStore:
    """Return the embedded store, or the server that the setting names."""
    if settings.vectors == "edge":
        return EdgeVectorStore(settings.data / "vectors")
    from index.vectors.server import QdrantVectorStore  # noqa: PLC0415  a second to import

    return QdrantVectorStore.connect(settings.vectors, api_key=settings.vectors_key)


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
