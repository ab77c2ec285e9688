"""`pagesight extract`: the fields of a JSON schema, from documents."""

import json
from pathlib import Path
from typing import Any

import click

from api.commands.shared import desk_options, json_option, open_desk, out, print_json, says_errors
from api.extraction.bodies import ExtractedBody, ExtractRequest
from index.errors import InvalidSchema


@click.command("extract")
@click.argument("schema", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@desk_options
@click.option("--document", "documents", multiple=True, help="Only this document; repeatable.")
@click.option("--instructions", default="", help="For the model, where one is set.")
@json_option
@says_errors
def command(  # noqa: PLR0913  one argument an option
    schema: Path,
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    documents: tuple[str, ...],
    instructions: str,
    as_json: bool,
) -> None:
    """Read the fields of the JSON schema in the file SCHEMA from documents."""
    request = ExtractRequest(
        fields=_read(schema), documents=list(documents), instructions=instructions
    )
    with open_desk(data, url) as desk:
        found = desk.extract(collection, request)
    if as_json:
        print_json(found)
        return
    for document in found.documents:
        _print(document)


def _read(schema: Path) -> dict[str, Any]:
    try:
        found = json.loads(schema.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidSchema(f"{schema} holds no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidSchema(f"{schema} must hold a JSON object, got {type(found).__name__}")
    return found


def _print(document: ExtractedBody) -> None:
    style = "green" if document.valid else "yellow"
    out.print(f"{document.name}: {'valid' if document.valid else 'not valid'}", style=style)
    for path, field in document.fields.items():
        place = "" if field.page is None else f"  page {field.page}, {field.confidence:.2f}"
        value = "not found" if field.value is None else field.value
        out.print(f"  {path}: {value}{place}", markup=False)
    for problem in document.problems:
        if problem.code != "not_found":
            out.print(f"  {problem.code} {problem.path}: {problem.message}", markup=False)
