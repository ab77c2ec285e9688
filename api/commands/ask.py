"""`pagesight ask`: an answer with its citations."""

from pathlib import Path

import click

from api.commands.shared import desk_options, json_option, open_desk, out, print_json, says_errors
from api.schemas import AnswerRequest


@click.command("ask")
@click.argument("text")
@desk_options
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 20))
@json_option
@says_errors
def command(
    text: str,
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    limit: int,
    as_json: bool,
) -> None:
    """Answer TEXT from the documents, or say that they do not hold an answer."""
    with open_desk(data, url) as desk:
        found = desk.ask(collection, AnswerRequest(query=text, limit=limit))
    if as_json:
        print_json(found)
        return
    out.print(found.answer, markup=False, style="yellow" if found.refused else None)
    for number, citation in enumerate(found.citations, 1):
        box = ", ".join(f"{edge:.2f}" for edge in citation.box)
        doubt = "" if citation.verified else ", quote not found there"
        told = f"  [{number}] {citation.name}, page {citation.page}, box ({box}){doubt}"
        out.print(told, markup=False, style="dim")
    for warning in found.warnings:
        out.print(f"  {warning}", markup=False, style="yellow")
