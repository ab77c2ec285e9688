"""`pagesight erase`: what was deleted is made to be gone from every file."""

from pathlib import Path

import click

from api.commands.shared import (
    data_option,
    json_option,
    open_desk,
    out,
    print_json,
    says_errors,
    url_option,
)
from api.erasure.bodies import ErasureBody, NewErasure


@click.command("erase")
@data_option
@url_option
@click.option("--collection", help="Only what was deleted of it.  [default: of all]")
@click.option(
    "--document", "documents", multiple=True, help="Delete this document first; needs --collection."
)
@json_option
@says_errors
def command(
    *,
    data: Path | None,
    url: str | None,
    collection: str | None,
    documents: tuple[str, ...],
    as_json: bool,
) -> None:
    """Erase the bytes of what was deleted or replaced.

    A deleted document is in no read any more, but its bytes stay in vector segments, tables and
    the write-ahead log until these are written anew. This does that and prints the receipt, which
    the audit log keeps. docs/erasure.md says what it cannot reach: backups, for one.
    """
    wanted = NewErasure(collection=collection, documents=list(documents))
    with open_desk(data, url) as desk:
        receipt = desk.erase(wanted)
    if as_json:
        print_json(receipt)
    else:
        _print(receipt)


def _print(receipt: ErasureBody) -> None:
    for one in receipt.erased:
        out.print(
            f"erased {one.document} of {one.collection}: {one.pages} pages, {one.files} files, "
            f"original sha256 {one.sha256}, deleted {one.deleted_at:%Y-%m-%d %H:%M:%S}",
            markup=False,
        )
    if not receipt.erased:
        out.print("nothing deleted was left; what there is was written anew where it was named")
    if receipt.database == "tables":
        out.print("the write-ahead log of your PostgreSQL still has it until it is removed there")
    out.print(f"audit line {receipt.line}, digest {receipt.digest}", markup=False)
