"""Which part serves which setting: the choices behind `Service.build`."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal
from uuid import UUID

import pypdfium2.version  # type: ignore[import-untyped]  # ships no types

from answer.gate import Gate
from api.callers.doorkeeper import Doorkeeper
from api.callers.purse import Purse
from api.configuration.serving import LOOPBACK
from api.ownership import Ownership
from api.prices import Price
from api.roles import Role
from api.settings import Settings
from api.telemetry.metrics import Metrics
from api.telemetry.telemetry import Telemetry
from api.telemetry.traces import Traces
from index.backup.restorer import check_restored
from index.blobs.ballast import Ballast
from index.blobs.base import Blobs
from index.blobs.local import LocalBlobs
from index.catalog.database import Database
from index.catalog.entries import Layer
from index.catalog.keys import Keys
from index.catalog.leases import Wake
from index.catalog.spending import Spending
from index.devices import is_cuda_available, room
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
from ingest.sandbox import starter
from ingest.stores import Stores
from retrieval.cuda.scoring import CudaScoring
from retrieval.int8.scoring import Kernel, find_kernel
from retrieval.rows import RowKeeper
from retrieval.scorer import Scoring
from retrieval.segments import SegmentReader
from retrieval.sidecar_scoring import SidecarScoring
from retrieval.store_scoring import StoreScoring


def doorkeeper(settings: Settings, keys: Keys, ownership: Ownership | None) -> Doorkeeper:
    """Return what lets requests in."""
    secret = ownership.owner.secret if ownership else None
    hosts = None if settings.trust_network else (*LOOPBACK, *settings.hosts)
    return Doorkeeper(keys, owner_secret=secret, hosts=hosts)


def purse(settings: Settings, spending: Spending) -> Purse:
    """Return what holds callers to their daily limits."""
    prices = {model: Price.parse(price) for model, price in settings.vlm_prices.items()}
    return Purse(spending, prices)


def database(settings: Settings) -> Database:
    """Return the catalog's database, the embedded one or the one that the setting names.

    Raises:
        DatabaseUnavailable: it cannot be reached, started or migrated.
        RestoreUnfinished: a backup is being restored into the folder.
    """
    check_restored(settings.data)
    return Database.open(
        settings.database_url,
        folder=settings.data / "postgres",
        silence_s=settings.database_silence_s,
    )


def vector_store(settings: Settings) -> VectorStore:
    """Return the embedded store, or the server that the setting names."""
    if settings.vectors == "edge":
        return EdgeVectorStore(settings.data / "vectors")
    from index.vectors.server import QdrantVectorStore  # noqa: PLC0415  a second to import
    from index.vectors.server_requests import Layout  # noqa: PLC0415  likewise

    layout = Layout(
        quantization=settings.quantization,
        shards=settings.qdrant_shards,
        replicas=settings.qdrant_replicas,
        write_consistency=settings.qdrant_write_consistency,
    )
    return QdrantVectorStore.connect(
        settings.vectors,
        api_key=settings.vectors_key,
        timeout_s=settings.qdrant_timeout_s,
        layout=layout,
    )


def ballast(settings: Settings) -> Ballast:
    """Return the room to be given up when the embedded store has none left; else none."""
    is_embedded = settings.vectors == "edge"
    return Ballast(settings.data / "ballast", settings.min_free_bytes if is_embedded else 0)


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
        timeout_s=settings.s3_timeout_s,
    )
    return S3Blobs(bucket, settings.data / "spool")


def stores(
    settings: Settings, database: Database, wake: Wake, vectors: VectorStore, blobs: Blobs
) -> Stores:
    """Return where documents are kept; their rows as segments, too, where servers copy them."""
    is_copied = settings.vectors != "edge" and settings.scorer != "qdrant"
    return Stores.on(database, wake, vectors, blobs, keeps_segments=is_copied)


def scoring(settings: Settings, stores: Stores) -> Scoring:
    """Return what scores rows.

    Raises:
        MissingDependency: the setting names what this machine or installation lacks.
    """
    chosen = scorer(settings)
    if chosen == "qdrant":
        return StoreScoring(stores.vectors, stores.catalog, min_refined=settings.refined_pages)
    segments = SegmentReader(stores.segments, stores.blobs) if stores.keeps_segments else None
    keeper = RowKeeper(stores.vectors, settings.data / "sidecar", segments)
    if chosen == "cuda":
        return CudaScoring(keeper, max_bytes=settings.gpu_bytes or room("cuda"))
    return SidecarScoring(
        keeper,
        threads=settings.search_threads,
        kernel=chosen,
        min_refined=settings.refined_pages,
    )


def preparation(
    scoring: Scoring, ownership: Ownership | None
) -> Callable[[Sequence[Layer], UUID], None]:
    """Return what is called with what was published: servers of a fleet follow by themselves."""
    if ownership is None:
        return lambda _layers, _generation: None
    return scoring.prepare


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
        cpu_s=math.ceil(settings.page_timeout_s),
    )


def reader(settings: Settings) -> Reader:
    """Return what turns files into pages.

    Raises:
        MissingDependency: bubblewrap is required and does not work here.
    """
    ocr = TesseractOcr(n_workers=settings.ocr_workers)
    return Reader(
        limits(settings),
        ocr,
        engines=settings.renderer,
        word_source=settings.word_source,
        injection=settings.injection,
        start=starter(settings.sandbox),
    )


def fetcher(settings: Settings) -> Fetcher:
    """Return what fetches documents by URL, where hosts are listed."""
    hosts = tuple(HostRule.parse(host) for host in settings.fetch_hosts)
    return Fetcher(FetchPolicy(hosts, settings.max_bytes, settings.fetch_timeout_s))


def shelf(settings: Settings, encoder: Encoder | None = None, role: Role = "all") -> EncoderShelf:
    """Return what opens encoders, with the one for new collections open where rows are made.

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
    if role != "render":
        opener.open(*opener.settle(EncoderChoice(settings.encoder, settings.rows)))
    return opener


def telemetry(settings: Settings) -> Telemetry:
    """Return what listens to all parts: metrics, and traces where there is a collector."""
    return Telemetry(Metrics(), Traces.open(settings.otlp_url))


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
    import pytesseract  # type: ignore[import-untyped]  # noqa: PLC0415  may bring pandas

    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except pytesseract.TesseractNotFoundError:
        return "none"
