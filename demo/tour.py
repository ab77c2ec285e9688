"""A first look: index the demo's documents, ask them questions, show where the answers stand.

python -m demo.tour                  # keeps its index in ./demo-data
python -m demo.tour --data SOME/FOLDER
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.padding import Padding
from rich.text import Text

from api.commands.ingest import IngestReport, ingest_files
from api.commands.shared import open_desk, out, says_errors
from api.questions.bodies import AnswerRequest, AnswerResponse, CitationBody
from api.schemas import NewCollection

FOLDER = Path(__file__).parent
COLLECTION = "demo"
QUESTIONS = {  # id in queries.jsonl: what the question shows
    "q001": "a sentence in a report",
    "q028": "a table",
    "q050": "a scanned invoice: pixels only",
    "q072": "a fax in a TIFF file: pixels only",
    "q059": "a timeline in a picture",
    "q062": "a table in German",
    "q065": "a table in French",
    "q079": "not in the documents",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One question of the tour and the answers that count as right; none means a refusal."""

    question: str
    shows: str
    accepted: tuple[str, ...]


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Folder for the index.",
)
@says_errors
def main(data: Path) -> None:
    """Index the demo's documents, ask them questions, show where the answers stand."""
    with open_desk(data, None) as desk:
        report = ingest_files(
            desk, NewCollection(name=COLLECTION), [FOLDER / "corpus"], metadata={}
        )
        _show_documents(report)
        for stop in stops():
            _show(stop, desk.ask(COLLECTION, AnswerRequest(query=stop.question, limit=5)))
    _show_the_way_on(data)


def stops() -> list[Stop]:
    """Return the tour's questions in order."""
    asked = {record["query_id"]: record for record in _records()}
    return [
        Stop(asked[name]["query"], shows, tuple(asked[name]["answers"]))
        for name, shows in QUESTIONS.items()
    ]


def is_right(stop: Stop, found: AnswerResponse) -> bool:
    """Tell whether an answer holds an accepted one, or refuses where there is none."""
    if not stop.accepted:
        return found.refused
    return any(accepted in found.answer for accepted in stop.accepted)


def _records() -> Iterator[dict[str, str]]:
    with (FOLDER / "queries.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _show_documents(report: IngestReport) -> None:
    ready = [document for document in report.documents if document.state == "ready"]
    pages = sum(document.pages for document in ready)
    out.print(f"[bold]{len(ready)} documents, {pages} pages are ready.[/bold]")
    for document in report.documents:
        if document.state != "ready":
            out.print(f"{document.name}: {document.state}", style="red", markup=False)


def _show(stop: Stop, found: AnswerResponse) -> None:
    out.print()
    out.print(Text.assemble((stop.question, "bold"), (f"   ({stop.shows})", "dim")))
    _show_indented(Text(found.answer, style="yellow" if found.refused else "green"))
    for citation in found.citations:
        _show_indented(Text(_told(citation), style="dim"))
    if not is_right(stop, found):
        _show_indented(Text(f"expected: {_expectation(stop)}", style="red"))


def _show_indented(text: Text) -> None:
    out.print(Padding(text, (0, 0, 0, 4)), soft_wrap=False)


def _told(citation: CitationBody) -> str:
    edges = " ".join(f"{edge:.2f}" for edge in citation.box)
    return f"{citation.name}, page {citation.page}, box {edges}"


def _expectation(stop: Stop) -> str:
    return " or ".join(stop.accepted) or "a refusal"


def _show_the_way_on(data: Path) -> None:
    settled = f"--data {data} --collection {COLLECTION}"
    out.print("\n[bold]How to go on[/bold]")
    for line in (
        f'.venv/bin/pagesight ask "Who looks after the clock?" {settled}',
        f'.venv/bin/pagesight search "leakage by year" {settled}',
        f".venv/bin/pagesight serve --data {data}     REST, OpenAPI on http://127.0.0.1:8080/docs",
    ):
        out.print(line, markup=False)


if __name__ == "__main__":
    main()
