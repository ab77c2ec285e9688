"""`pagesight documents`: what is in a collection."""

from pathlib import Path
from typing import get_args

import click

from api.commands.shared import (
    desk_options,
    json_option,
    open_desk,
    out,
    parse_metadata,
    print_json,
    says_errors,
)
from api.schemas import DocumentBody, DocumentDetails, DocumentPatch
from index.catalog.entries import DocumentState


@click.group("documents")
def command() -> None:
    """List, show, change and delete documents."""


@command.command("list")
@desk_options
@click.option("--state", type=click.Choice(get_args(DocumentState)), help="Only those in it.")
@click.option("--name", help="Only those of this name; `*` stands for any run of characters.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option("--cursor", help="`next` of the previous page of the list.")
@json_option
@says_errors
def list_documents(  # noqa: PLR0913  a command has its options as parameters
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    state: DocumentState | None,
    name: str | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List the documents of a collection."""
    with open_desk(data, url) as desk:
        found = desk.documents(collection, limit=limit, cursor=cursor, state=state, name=name)
    if as_json:
        print_json(found)
        return
    for document in found.documents:
        _print_line(document)
    if found.next:
        out.print(f"more: --cursor {found.next}", style="dim")


@command.command("show")
@click.argument("document")
@desk_options
@json_option
@says_errors
def show_document(
    document: str, *, data: Path | None, url: str | None, collection: str, as_json: bool
) -> None:
    """Show one document."""
    with open_desk(data, url) as desk:
        found = desk.document(collection, document)
    if as_json:
        print_json(found)
    else:
        _print_details(found)


@command.command("change")
@click.argument("document")
@desk_options
@click.option("--name", help="What it is called from now on.")
@click.option(
    "--metadata", "pairs", multiple=True, help="field=value, instead of all that was there."
)
@json_option
@says_errors
def change_document(  # noqa: PLR0913  a command has its options as parameters
    document: str,
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    name: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
) -> None:
    """Give one document another name or other metadata."""
    changes = DocumentPatch(name=name, metadata=parse_metadata(pairs) if pairs else None)
    with open_desk(data, url) as desk:
        found = desk.change_document(collection, document, changes)
    if as_json:
        print_json(found)
    else:
        _print_details(found)


@command.command("delete")
@click.argument("document")
@desk_options
@says_errors
def delete_document(document: str, *, data: Path | None, url: str | None, collection: str) -> None:
    """Delete one document."""
    with open_desk(data, url) as desk:
        desk.delete_document(collection, document)
    out.print(f"deleted {document}")


def _print_details(found: DocumentDetails) -> None:
    _print_line(found)
    for field, value in found.metadata.items():
        out.print(f"  {field}: {value}", markup=False)
    for page in found.failed_pages:
        out.print(f"  page {page.page}: {page.code}: {page.message}", markup=False)


def _print_line(document: DocumentBody) -> None:
    out.print(f"{document.id}  {document.state:10} {document.pages:5} pages  ", end="")
    out.print(document.name, markup=False)
    if document.error:
        out.print(f"  {document.error.code}: {document.error.message}", markup=False, style="red")
