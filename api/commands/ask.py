"""`pagesight ask`: an answer with its citations."""

from pathlib import Path

import click

from api.commands.shared import desk_options, json_option, open_desk, out, print_json, says_errors
from api.desk import Desk
from api.questions.bodies import AnswerPlan, AnswerRequest, AnswerResponse, PlannedPage


@click.command("ask")
@click.argument("text")
@desk_options
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 20))
@click.option("--dry-run", is_flag=True, help="Tell the pages and tokens of an answer, no more.")
@json_option
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    text: str,
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    limit: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Answer TEXT from the documents, or say that they do not hold an answer."""
    request = AnswerRequest(query=text, limit=limit)
    with open_desk(data, url) as desk:
        found = _found(desk, collection, request, dry_run=dry_run)
    if as_json:
        print_json(found)
    elif isinstance(found, AnswerPlan):
        _print_plan(found)
    else:
        _print_answer(found)


def _found(
    desk: Desk, collection: str, request: AnswerRequest, *, dry_run: bool
) -> AnswerResponse | AnswerPlan:
    return desk.plan_answer(collection, request) if dry_run else desk.ask(collection, request)


def _print_answer(found: AnswerResponse) -> None:
    out.print(found.answer, markup=False, style="yellow" if found.refused else None)
    for number, citation in enumerate(found.citations, 1):
        box = ", ".join(f"{edge:.2f}" for edge in citation.box)
        doubt = "" if citation.verified else ", quote not found there"
        told = f"  [{number}] {citation.name}, page {citation.page}, box ({box}){doubt}"
        out.print(told, markup=False, style="dim")
    for warning in found.warnings:
        out.print(f"  {warning}", markup=False, style="yellow")


def _print_plan(plan: AnswerPlan) -> None:
    if plan.max_input_tokens:
        cost = f"about {plan.estimated_input_tokens} of {plan.max_input_tokens} tokens"
        out.print(f"{plan.model} would read {cost}:", markup=False)
    else:
        out.print("No model is configured: answers are quotes and cost no tokens.", markup=False)
    for page in plan.pages:
        out.print(f"  {page.name}, page {page.page}: {_sent(page)}", markup=False)
    for left in plan.left_out:
        out.print(f"  {left.name}, page {left.page}: left out", markup=False, style="dim")


def _sent(page: PlannedPage) -> str:
    picture = f" {page.width} x {page.height} px" if page.width else ""
    tokens = page.image_tokens + page.word_tokens
    beside = ", beside a found page" if page.neighbour else ""
    return f"{page.sent}{picture}{f', {tokens} tokens' if tokens else ''}{beside}"
