"""`pagesight eval check`: what is wrong with a set of questions."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path, PurePath

import click
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from api.commands.ingest import ingest_files
from api.commands.shared import data_option, err, open_desk, out, says_errors, url_option
from api.questions.bodies import SearchRequest
from api.schemas import NewCollection
from eval.checking.checking import check as check_set
from eval.checking.corpus import PageName, read_corpus
from eval.checking.findings import MEANINGS, Finding
from eval.commands.shared import collection_name, open_data_set, set_argument

DEPTH = 20
SOMETHING_FOUND = 3


@click.command("check")
@set_argument
@data_option
@url_option
@click.option("--collection", help="Where its documents are or go.  [default: eval-SET]")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@says_errors
def check(
    data_set: str,
    *,
    language: str | None,
    data: Path | None,
    url: str | None,
    collection: str | None,
    as_json: bool,
) -> None:
    """Find questions in SET that mislead: other pages that answer, answers that are not there.

    Exit code 3 when something was found.
    """
    golden = open_data_set(data_set, data=data, language=language)
    name = collection or collection_name("eval", golden.name)
    with open_desk(data, url) as desk:
        wanted = NewCollection(name=name)
        ingest_files(desk, wanted, golden.corpus, metadata={})

        def search(text: str) -> list[PageName]:
            hits = desk.search(name, SearchRequest(query=text, limit=DEPTH)).hits
            return [(PurePath(hit.name).stem, hit.page) for hit in hits]

        with Progress(console=err, transient=True) as bar:
            task = bar.add_task("reading pages", total=None)
            corpus = read_corpus(desk, name)
            bar.update(task, description="checking", total=len(golden.questions))
            found = check_set(
                golden,
                corpus,
                search,
                language=desk.ensure_collection(wanted).language[0],
                on_question=lambda: bar.advance(task),
            )
    if as_json:
        body = {"findings": [asdict(one) for one in found]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        _print(found, len(golden.questions))
    if found:
        sys.exit(SOMETHING_FOUND)


def _print(found: Sequence[Finding], n_questions: int) -> None:
    table = Table("question", "page", "what was seen", box=None)
    for kind, meaning in MEANINGS.items():
        some = [one for one in found if one.kind == kind]
        if some:
            table.add_row(f"[bold]{kind}[/bold]", "", f"[bold]{meaning}[/bold]")
        for one in some:
            where = f"{one.doc} {one.page}" if one.doc else ""
            table.add_row(*(Text(told) for told in (one.query_id, where, one.told)))
    if found:
        out.print(table)
    n_touched = len({one.query_id for one in found})
    out.print(f"{n_questions} questions, {len(found)} findings about {n_touched} of them")
