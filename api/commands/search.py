"""`pagesight search`: the pages that match a question."""

from pathlib import Path

import click
from rich.markup import escape

from api.commands.shared import (
    desk_options,
    json_option,
    open_desk,
    out,
    parse_metadata,
    print_json,
    says_errors,
)
from api.questions.bodies import FilterBody, HitBody, PageRange, SearchRequest

TEXT_WIDTH = 300


@click.command("search")
@click.argument("text")
@desk_options
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--name", "names", multiple=True, help="Only files of this name; * is any run.")
@click.option("--where", multiple=True, metavar="FIELD=VALUE", help="Only this metadata.")
@click.option("--pages", metavar="FIRST-LAST", help="Only these page numbers.")
@click.option("--arm", "arms", multiple=True, type=click.Choice(["maxsim", "words", "bm25"]))
@json_option
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    text: str,
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    limit: int,
    names: tuple[str, ...],
    where: tuple[str, ...],
    pages: str | None,
    arms: tuple[str, ...],
    as_json: bool,
) -> None:
    """Find the pages that match TEXT best."""
    only = FilterBody(names=list(names), metadata=parse_metadata(where), pages=_page_range(pages))
    request = SearchRequest.model_validate(
        {"query": text, "limit": limit, "filter": only.model_dump(), "arms": list(arms) or None}
    )
    with open_desk(data, url) as desk:
        found = desk.search(collection, request)
    if as_json:
        print_json(found)
        return
    for rank, hit in enumerate(found.hits, 1):
        _print_hit(rank, hit)
    if not found.hits:
        out.print("nothing found: the collection has no pages that pass the filter")


def _page_range(text: str | None) -> PageRange | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last.isdigit() or not last):
        raise click.BadParameter(f"expected FIRST-LAST, got {text!r}", param_hint="--pages")
    return PageRange(first=int(first), last=int(last or first))


def _print_hit(rank: int, hit: HitBody) -> None:
    out.print(
        f"[bold]{rank}. {escape(hit.name)}, page {hit.page}[/bold]  "
        f"[dim]relevance {hit.relevance:.2f}, score {hit.score:.2f}[/dim]"
    )
    if hit.warnings:
        out.print(f"   addresses a model: {', '.join(hit.warnings)}", markup=False, style="yellow")
    for region in hit.regions[:1]:
        flat = " ".join(region.text.split())
        out.print(f"   {flat[:TEXT_WIDTH]}", markup=False)
