"""`pagesight eval draft` and `accept`: questions from one's own documents."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

import click

from answer.vlm import VlmClient
from api.commands.ingest import ingest_files
from api.commands.shared import (
    data_option,
    err,
    load_settings,
    open_desk,
    out,
    page_progress,
    says_errors,
    url_option,
)
from api.desk import Desk
from api.questions.answerers import model
from api.schemas import DocumentDetails, NewCollection
from eval.commands.shared import collection_name
from eval.drafting import rules
from eval.drafting.model import ModelDrafter, spread
from eval.drafting.pages import DraftDocument, read_documents
from eval.drafting.phrases import LANGUAGES
from eval.drafting.proposals import Proposal, read_proposals, with_decisions, write_proposals
from eval.drafting.review import accept as accept_proposals
from index.errors import InvalidRequest

FILE = "proposals.jsonl"
ENDINGS = frozenset((".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"))


@click.command("draft")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
@url_option
@click.option("--collection", help="Where its documents go.  [default: draft-FOLDER]")
@click.option("--language", help="ISO codes of the documents, such as en or de,en.")
@click.option("--per-document", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--seed", default=0, show_default=True, help="Of the dice that choose among many.")
@click.option(
    "--out",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where the proposals go.  [default: FOLDER/{FILE}]",
)
@says_errors
def draft(  # noqa: PLR0913  a command has its options as parameters
    folder: Path,
    *,
    data: Path | None,
    url: str | None,
    collection: str | None,
    language: str | None,
    per_document: int,
    seed: int,
    file: Path | None,
) -> None:
    """Index the documents of FOLDER and propose questions that they answer.

    Write `accepted` or `rejected` as the status of each line of the proposals, or mend its wording,
    and pass them to `eval accept`. Drafting again keeps what was decided. The questions are written
    by the model of PAGESIGHT_VLM_URL, or else by rules.
    """
    path = file or folder / FILE
    kept = read_proposals(path) if path.exists() else []
    wanted = NewCollection(
        name=collection or collection_name("draft", folder.resolve().name),
        language=language.split(",") if language else None,
    )
    with open_desk(data, url) as desk, _open_model(data) as client:
        documents = _read(desk, wanted, folder)
        if client is None:
            found = rules.draft(documents, per_document=per_document, seed=seed)
        else:
            found = _ask(_drafter(client, desk, wanted.name), documents, per_document, seed)
    write_proposals(path, with_decisions(found, kept))
    _print(path, documents, found)


@click.command("accept")
@click.argument("proposals", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="Golden set."
)
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the documents lie.  [default: the folder of PROPOSALS]",
)
@says_errors
def accept(proposals: Path, *, into: Path, documents: Path | None) -> None:
    """Write the accepted lines of PROPOSALS into a golden set, with the documents they need."""
    n_accepted = accept_proposals(read_proposals(proposals), documents or proposals.parent, into)
    out.print(f"{n_accepted} accepted questions are in {into}", markup=False)


def _read(desk: Desk, wanted: NewCollection, folder: Path) -> list[DraftDocument]:
    files = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in ENDINGS and p.is_file()]
    if not files:
        raise InvalidRequest(f"{folder} holds no PDF and no image (PNG, JPEG, WebP, TIFF)")
    report = ingest_files(desk, wanted, files, metadata={})
    for document in report.documents:
        if document.error is not None:
            err.print(f"{document.name}: {document.error.message}", style="yellow", markup=False)
    for file in report.rejected:
        err.print(f"{file.path}: {file.error.message}", style="yellow", markup=False)
    spoken = desk.ensure_collection(NewCollection(name=wanted.name)).language
    languages = sorted(LANGUAGES, key=lambda code: (code not in spoken, LANGUAGES.index(code)))
    return read_documents(desk, wanted.name, _told_apart(report.documents), languages)


def _told_apart(documents: Sequence[DocumentDetails]) -> list[DocumentDetails]:
    """The documents whose name is theirs alone; a golden set knows documents by name."""
    counts = Counter(PurePath(document.name).stem for document in documents)
    for stem, n in counts.items():
        if n > 1:
            told = f"{stem}: left out, {n} documents have this name; rename all but one"
            err.print(told, style="yellow", markup=False)
    return [one for one in documents if counts[PurePath(one.name).stem] == 1]


@contextmanager
def _open_model(data: Path | None) -> Iterator[VlmClient | None]:
    """The model that the settings name, if any."""
    client = model(load_settings(data))
    try:
        yield client
    finally:
        if client is not None:
            client.close()


def _drafter(client: VlmClient, desk: Desk, collection: str) -> ModelDrafter:
    return ModelDrafter(client, lambda document, page: desk.page_image(collection, document, page))


def _ask(
    drafter: ModelDrafter, documents: Sequence[DraftDocument], per_document: int, seed: int
) -> list[Proposal]:
    n_pages = sum(len(spread(one.pages, per_document)) for one in documents)
    with page_progress() as bar:
        task = bar.add_task("drafting", total=n_pages)
        return drafter.draft(
            documents, per_document=per_document, seed=seed, on_page=lambda: bar.advance(task)
        )


def _print(path: Path, documents: Sequence[DraftDocument], found: Sequence[Proposal]) -> None:
    counts = Counter(one.evidence for one in found)
    told = ", ".join(f"{n} {evidence}" for evidence, n in sorted(counts.items()))
    out.print(
        f"{len(found)} questions from {len(documents)} documents ({told or 'none'}) are in {path}",
        markup=False,
    )
    silent = sorted({one.stem for one in documents} - {one.doc for one in found})
    if silent:
        err.print(f"no question found in: {', '.join(silent)}", style="yellow", markup=False)
