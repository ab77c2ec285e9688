"""Checks of the machine and of a running service, each with what mends it."""

import importlib.util
import shutil
from collections.abc import Callable
from contextlib import closing

from api import parts
from api.ownership import find_owner
from api.questions import answerers
from api.schemas import Probe
from api.service import Service
from api.settings import Settings
from index.blobs.base import there_now
from index.encoders.minilm import MiniLmEncoder
from index.errors import PagesightError
from ingest.bubblewrap import Absent, find_bubblewrap
from ingest.ocr import pack_names
from retrieval.cuda.kernels import find_gpu_kernel
from retrieval.int8.scoring import find_kernel, is_native_built

APT = "apt-get install"
SCORERS = {
    "native": "native: int8 rows in C, exact scores for the first",
    "numpy": "numpy: int8 rows in NumPy, exact scores for the first",
    "cuda": "cuda: all rows in half precision on the GPU, exact scores for the first",
    "qdrant": "qdrant: the vector store, for collections that were built with pooled rows",
}


def check_machine(settings: Settings) -> list[Probe]:
    """Check everything that the settings need, without starting a service."""
    checks: dict[str, Callable[[], Probe]] = {
        "poppler": _check_poppler,
        "tesseract": lambda: _check_tesseract(settings),
        "sandbox": lambda: _check_sandbox(settings),
        "encoder": _check_encoder,
        "torch": _check_torch,
        "kernel": _check_kernel,
        "scorer": lambda: _check_scorer(settings),
        "folder": lambda: _check_folder(settings),
        "disk": lambda: _check_disk(settings),
        "database": lambda: _check_database(settings),
        "vectors": lambda: _check_vectors(settings),
        "blobs": lambda: _check_blobs(settings),
        "vlm": lambda: _check_vlm(settings),
    }
    return [_guarded(name, check) for name, check in checks.items()]


def check_service(service: Service) -> list[Probe]:
    """Check that a running service can do its work."""
    checks: dict[str, Callable[[], Probe]] = {
        "database": lambda: _count_collections(service),
        "queue": lambda: _check_queue(service),
        "vectors": lambda: _check_store(service),
        "blobs": lambda: _check_service_blobs(service),
        "disk": lambda: _check_disk(service.settings),
        "recall": lambda: _tell_recall(service),
    }
    return [_guarded(name, check) for name, check in checks.items()]


def _guarded(name: str, check: Callable[[], Probe]) -> Probe:
    try:
        return check()
    except PagesightError as error:
        return Probe(name=name, ok=False, detail=str(error))


def _count_collections(service: Service) -> Probe:
    found = len(service.catalog.collections())
    return Probe(name="database", ok=True, detail=f"{found} collections")


def _check_queue(service: Service) -> Probe:
    waiting = service.backlog.read()
    told = f"{waiting.n_queued} jobs wait, {waiting.n_running} are worked on"
    return Probe(name="queue", ok=True, detail=told)


def _tell_recall(service: Service) -> Probe:
    """Tell what checking live searches found; nothing is out of order by it."""
    found = service.recall.figures
    told = f"recall@10 {found.recall_at_10:.3f}, at least {found.least:.3f}"
    detail = f"{found.n_checked} searches checked" + (f": {told}" if found.n_checked else "")
    return Probe(name="recall", ok=True, detail=detail)


def _check_store(service: Service) -> Probe:
    service.vectors.check()
    return Probe(name="vectors", ok=True, detail="answers")


def _check_service_blobs(service: Service) -> Probe:
    service.blobs.check()
    return Probe(name="blobs", ok=True, detail="answers")


def _check_poppler() -> Probe:
    path = shutil.which("pdftoppm")
    detail = path or "pdftoppm is missing: PDFs that PDFium cannot draw will fail"
    mend = "" if path else f"{APT} poppler-utils   (macOS: brew install poppler)"
    return Probe(name="poppler", ok=path is not None, detail=detail, mend=mend)


def _check_tesseract(settings: Settings) -> Probe:
    version = parts.ocr_version()
    if version == "none":
        mend = f"{APT} tesseract-ocr   (macOS: brew install tesseract)"
        detail = "tesseract is missing: scans cannot be read"
        return Probe(name="tesseract", ok=False, detail=detail, mend=mend)
    names = pack_names("+".join(settings.language))
    return Probe(name="tesseract", ok=True, detail=f"{version}, languages {names}")


def _check_sandbox(settings: Settings) -> Probe:
    if settings.sandbox == "off":
        detail = "PAGESIGHT_SANDBOX=off: files are read with limits alone"
        return Probe(name="sandbox", ok=True, detail=detail)
    found = find_bubblewrap()
    if isinstance(found, Absent):
        detail = f"files are read with limits alone: {found.reason}"
        is_enough = settings.sandbox == "auto"
        return Probe(name="sandbox", ok=is_enough, detail=detail, mend=found.mend)
    user = "as a user of its own" if found.is_root else "in a user namespace"
    detail = f"bubblewrap: files are read {user}, without network and other files"
    return Probe(name="sandbox", ok=True, detail=detail)


def _check_encoder() -> Probe:
    pin = MiniLmEncoder.open().pin
    detail = f"{pin.name} {pin.revision}, {pin.dim} dimensions, files match their sha256"
    return Probe(name="encoder", ok=True, detail=detail)


def _check_torch() -> Probe:
    found = importlib.util.find_spec("torch") is not None
    mend = "" if found else "pip install torch"
    return Probe(name="torch", ok=found, detail="installed" if found else "missing", mend=mend)


def _check_kernel() -> Probe:
    if find_kernel() == "native":
        return Probe(name="kernel", ok=True, detail="int8 MaxSim in C with AVX2")
    if is_native_built():
        detail = "int8 MaxSim in NumPy, slower: this processor has no AVX2"
        return Probe(name="kernel", ok=True, detail=detail)
    detail = "int8 MaxSim in NumPy, slower: no C compiler was there at installation"
    mend = f"{APT} gcc libc6-dev python3-dev, then install Pagesight again"
    return Probe(name="kernel", ok=True, detail=detail, mend=mend)


def _check_scorer(settings: Settings) -> Probe:
    chosen = parts.scorer(settings)
    detail = SCORERS[chosen]
    if chosen == "cuda" and find_gpu_kernel("cuda") == "torch":
        mend = f"{APT} gcc libc6-dev python3-dev, and pip install triton"
        return Probe(name="scorer", ok=True, detail=f"{detail}, by PyTorch: slower", mend=mend)
    return Probe(name="scorer", ok=True, detail=detail)


def _check_folder(settings: Settings) -> Probe:
    owner = find_owner(settings.data)
    told = f", owned by process {owner.pid}" if owner else ""
    served = f" that serves {owner.url}" if owner and owner.url else ""
    return Probe(name="folder", ok=True, detail=f"{settings.data.resolve()}{told}{served}")


def _check_disk(settings: Settings) -> Probe:
    free = shutil.disk_usage(there_now(settings.data)).free
    ok = free >= settings.min_free_bytes
    mend = "" if ok else f"free {(settings.min_free_bytes - free) >> 20} MiB more"
    return Probe(name="disk", ok=ok, detail=f"{free >> 20} MiB free", mend=mend)


def _check_database(settings: Settings) -> Probe:
    if settings.database_url is None:
        detail = "PostgreSQL embedded in the data folder"
        return Probe(name="database", ok=True, detail=detail)
    parts.database(settings).close()
    return Probe(name="database", ok=True, detail="PAGESIGHT_DATABASE_URL answers")


def _check_vectors(settings: Settings) -> Probe:
    if settings.vectors == "edge":
        return Probe(name="vectors", ok=True, detail="Qdrant Edge, embedded in the data folder")
    with closing(parts.vector_store(settings)) as store:
        store.check()
    return Probe(name="vectors", ok=True, detail=f"{settings.vectors} answers")


def _check_blobs(settings: Settings) -> Probe:
    if settings.blobs == "local":
        return Probe(name="blobs", ok=True, detail="originals and page images in the data folder")
    parts.blobs(settings).check()
    return Probe(name="blobs", ok=True, detail=f"{settings.blobs} answers")


def _check_vlm(settings: Settings) -> Probe:
    client = answerers.model(settings)
    detail = "none: answers are quotes (PAGESIGHT_VLM_URL)" if client is None else client.model
    return Probe(name="vlm", ok=True, detail=detail)
