"""`pagesight ingest`: hand files in and wait until they can be searched."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from time import sleep

import click

from api.commands.shared import (
    desk_options,
    err,
    json_option,
    open_desk,
    out,
    page_progress,
    parse_metadata,
    print_json,
    says_errors,
)
from api.desk import Desk
from api.documents.fetch_bodies import FromUrl
from api.schemas import (
    Body,
    DocumentBody,
    DocumentDetails,
    ErrorBody,
    JobBody,
    NewCollection,
    Upload,
)
from index.errors import DocumentRejected, PagesightError

POLL_S = 0.3
AT_ONCE = 4  # jobs looked at in one round: they are worked on in order
TERMINAL = ("done", "failed", "cancelled")
SOME_FAILED = 3


class IngestReport(Body):
    """What became of each file."""

    documents: list[DocumentDetails]
    rejected: list["RejectedFile"]


class RejectedFile(Body):
    """A file that was not taken in at all."""

    path: str
    error: ErrorBody


@dataclass(slots=True)
class _Pending:
    document: str
    job: str | None


class _Source(click.Path):
    """A file or folder that exists, or a URL."""

    name = "path or URL"

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | PathLike[str]:
        """Leave URLs as they are, for the rules of fetching to judge."""
        return value if "://" in str(value) else super().convert(value, param, ctx)


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=_Source(exists=True, path_type=Path))
@desk_options
@click.option("--language", help="ISO codes for a new collection, such as en or de,en.")
@click.option("--encoder", help="Encoder of a new collection: a registered model or a folder.")
@click.option("--rows", type=click.Choice(["patch", "text", "fused"]), help="Its rows.")
@click.option("--words", is_flag=True, help="Read the words too, with the encoder that ships.")
@click.option("--metadata", multiple=True, metavar="FIELD=VALUE", help="Kept with every file.")
@json_option
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    paths: tuple[Path | str, ...],
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    language: str | None,
    encoder: str | None,
    rows: str | None,
    words: bool,
    metadata: tuple[str, ...],
    as_json: bool,
) -> None:
    """Index PDFs and images (PNG, JPEG, WebP, TIFF) from files, folders and https URLs.

    URLs are fetched only from hosts that PAGESIGHT_FETCH_HOSTS lists.
    """
    with open_desk(data, url) as desk:
        fields = parse_metadata(metadata)
        wanted = NewCollection.model_validate(
            {
                "name": collection,
                "language": language.split(",") if language else None,
                "encoder": encoder,
                "rows": rows,
                "words": words,
            }
        )
        report = ingest_files(desk, wanted, paths, metadata=fields)
    if as_json:
        print_json(report)
    else:
        _print_report(report)
    if report.rejected or any(document.state != "ready" for document in report.documents):
        sys.exit(SOME_FAILED)


def ingest_files(
    desk: Desk, wanted: NewCollection, paths: Sequence[Path | str], *, metadata: dict[str, object]
) -> IngestReport:
    """Hand files, folders and URLs in, wait with a progress bar, and report."""
    for warning in desk.ensure_collection(wanted).warnings:
        err.print(warning, style="yellow", markup=False)
    pending, rejected = _hand_in(desk, wanted.name, list(_files(paths)), metadata)
    _wait(desk, pending)
    found = [desk.document(wanted.name, one.document) for one in pending]
    return IngestReport(documents=found, rejected=rejected)


def _files(paths: Sequence[Path | str]) -> Iterator[Path | str]:
    for path in paths:
        if isinstance(path, Path) and path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.is_file() and p.name[0] != ".")
        else:
            yield path


def _hand_in(
    desk: Desk, collection: str, files: Sequence[Path | str], metadata: dict[str, object]
) -> tuple[list[_Pending], list[RejectedFile]]:
    pending: dict[str, _Pending] = {}
    rejected: list[RejectedFile] = []
    for path in files:
        try:
            taken = _take(desk, collection, path, metadata)
        except PagesightError as error:
            if not isinstance(error, DocumentRejected) and error.code not in _REJECTIONS:
                raise
            told = ErrorBody(code=error.code, message=str(error))
            rejected.append(RejectedFile(path=str(path), error=told))
            continue
        job = taken.job.id if taken.job else None
        pending.setdefault(taken.document.id, _Pending(taken.document.id, job))
    return list(pending.values()), rejected


# As a server's answer names them; of a URL, what may be different with the next one.
_REJECTIONS = frozenset({"empty", "too_large", "url_refused", "fetch_failed", "fetch_timed_out"})


def _take(desk: Desk, collection: str, path: Path | str, metadata: dict[str, object]) -> Upload:
    if isinstance(path, Path):
        return desk.upload(collection, path, metadata)
    return desk.fetch(collection, FromUrl(url=path, metadata=metadata))


class _Watch:
    """Asks after jobs, in the order they were handed in, a few open ones at a time."""

    def __init__(self, desk: Desk, jobs: Sequence[str]) -> None:
        self._desk = desk
        self._open = list(jobs)
        self._ended: list[JobBody] = []
        self.waits_for = ""  # what has to pass, while nothing else is worked on

    def look(self) -> tuple[int, int, int]:
        """Return pages done, pages known of, and how many jobs have not ended."""
        seen = [self._desk.job(job) for job in self._open[:AT_ONCE]]
        self._ended += [job for job in seen if job.state in TERMINAL]
        ended = {job.id for job in self._ended}
        self._open = [job for job in self._open if job not in ended]
        known = self._ended + [job for job in seen if job.id not in ended]
        waiting = [job.error.message for job in seen if job.stage == "waiting" and job.error]
        self.waits_for = waiting[0] if waiting and len(waiting) == len(self._open) else ""
        done, total = sum(j.pages_done for j in known), sum(j.pages_total for j in known)
        return done, total, len(self._open)


def _wait(desk: Desk, pending: Sequence[_Pending]) -> None:
    watch = _Watch(desk, [one.job for one in pending if one.job is not None])
    with ThreadPoolExecutor(1) as thread, page_progress() as bar:
        work = thread.submit(desk.work)
        task = bar.add_task("indexing", total=None)
        n_open = 1
        while n_open:
            if work.done():
                work.result()  # what stopped the work is raised here
            done, total, n_open = watch.look()
            told = f"indexing, {n_open} files to go"
            if watch.waits_for:
                told = f"waiting, {n_open} files to go: {watch.waits_for}"
            bar.update(task, description=told, completed=done, total=total or None)
            sleep(POLL_S if n_open else 0)


def _print_report(report: IngestReport) -> None:
    for document in report.documents:
        _print_document(document)
    for file in report.rejected:
        out.print(f"[red]rejected[/red]  {file.error.code:16} ", end="")
        out.print(f"{file.path}: {file.error.message}", markup=False)
    ready = [d for d in report.documents if d.state == "ready"]
    out.print(f"{len(ready)} documents ready, {sum(d.pages for d in ready)} pages")


def _print_document(document: DocumentDetails) -> None:
    colour = "green" if document.state == "ready" else "red"
    out.print(f"[{colour}]{document.state:8}[/{colour}]  {_told(document):16} ", end="")
    out.print(document.name, markup=False)
    for page in document.failed_pages:
        out.print(f"          page {page.page}: {page.code}: {page.message}", markup=False)


def _told(document: DocumentBody) -> str:
    return document.error.code if document.error else f"{document.pages} pages"
