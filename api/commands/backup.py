"""`pagesight backup`: everything that is kept, in a folder of its own."""

from pathlib import Path

import click
from rich.progress import Progress

from api.backup import back_up, check
from api.commands.shared import (
    data_option,
    json_option,
    load_settings,
    out,
    page_progress,
    print_json,
    says_errors,
)
from index.backup.description import Description
from index.backup.writer import Progress as Done

existing = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@data_option
@click.option("--since", type=existing, help="Earlier backup: what has not changed is linked.")
@click.option("--check", "only_check", is_flag=True, help="Read a backup instead; write nothing.")
@json_option
@says_errors
def command(
    target: Path, *, data: Path | None, since: Path | None, only_check: bool, as_json: bool
) -> None:
    """Back up everything into the new folder TARGET and read it back.

    A server that runs goes on: uploads, searches and deletes, too. What is deleted meanwhile is
    taken off the disk after it.
    """
    if only_check and since is not None:
        raise click.UsageError("--check takes no --since")
    if only_check:
        found, told = check(target), "is whole"
    else:
        with page_progress() as bar:
            found = back_up(load_settings(data), target, since=since, done=follow(bar, "reading"))
        told = "is written and read back"
    if as_json:
        print_json(found)
    else:
        out.print(f"{target} {told}: {size_of(found)}", markup=False)


def follow(bar: Progress, doing: str) -> Done:
    """Return what moves a bar."""
    task = bar.add_task(doing, total=None)

    def done(n_pages: int, total: int) -> None:
        bar.update(task, advance=n_pages, total=total)

    return done


def size_of(description: Description) -> str:
    """Say how much a backup holds."""
    return (
        f"{len(description.collections)} collections, {description.n_documents} documents, "
        f"{description.n_pages} pages, {description.n_bytes / 1e6:.1f} MB"
    )
