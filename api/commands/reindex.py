"""`pagesight reindex`: another encoder for a collection, without a pause."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import click

from api.commands.shared import (
    desk_options,
    json_option,
    open_desk,
    out,
    page_progress,
    print_json,
    says_errors,
)
from api.desk import Desk
from api.schemas import NewReindex, ReindexBody

POLL_S = 0.3


@click.command("reindex")
@desk_options
@click.option("--encoder", help="A registered model or a folder.  [default: $PAGESIGHT_ENCODER]")
@click.option("--rows", type=click.Choice(["patch", "text", "fused"]), help="Its rows.")
@click.option("--words", is_flag=True, help="Read the words too, with the encoder that ships.")
@click.option(
    "--rollback", "way", flag_value="rollback", help="Go back to the index that answered before."
)
@click.option(
    "--forget", "way", flag_value="forget", help="Give up, or drop the index that answered before."
)
@json_option
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    encoder: str | None,
    rows: str | None,
    words: bool,
    way: str | None,
    as_json: bool,
) -> None:
    """Build a collection's index anew from the pages that are kept, with another encoder.

    Uploads, searches and deletes go on; searches get the old index until the new one is complete.
    What was cut off goes on behind the last finished pages when it is started again.
    """
    wanted = NewReindex.model_validate({"encoder": encoder, "rows": rows, "words": words})
    if way is not None and (encoder or rows or words):
        raise click.UsageError(f"--{way} takes none of --encoder, --rows and --words")
    with open_desk(data, url) as desk:
        if way == "forget":
            desk.forget_reindex(collection)
            out.print("forgotten; the index that answers is the only one")
            return
        if way == "rollback":
            desk.roll_back(collection)
        else:
            desk.reindex(collection, wanted)
        _report(wait(desk, collection), as_json=as_json)


def wait(desk: Desk, collection: str) -> ReindexBody:
    """Wait with a progress bar until a reindex ends."""
    with ThreadPoolExecutor(1) as thread, page_progress() as bar:
        work = thread.submit(desk.work)
        task = bar.add_task("reindexing", total=None)
        while (found := desk.reindexed(collection)).state in ("queued", "running"):
            if work.done():
                work.result()  # what stopped the work is raised here
            bar.update(task, completed=found.pages_done, total=found.pages_total or None)
            sleep(POLL_S)
        return found


def _report(found: ReindexBody, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif found.error is not None:
        out.print(f"[red]{found.state}[/red]  {found.error.code}: ", end="")
        out.print(found.error.message, markup=False)
    else:
        out.print(f"{found.answers.encoder} ({found.answers.rows} rows) answers now; ", end="")
        out.print(f"the index of {found.other.encoder} stays for --rollback until --forget")
    if found.state != "done":
        sys.exit(1)
