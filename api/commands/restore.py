"""`pagesight restore`: an installation from a backup."""

from pathlib import Path

import click

from api.backup import restore
from api.commands.backup import existing, follow, size_of
from api.commands.shared import (
    data_option,
    json_option,
    load_settings,
    out,
    page_progress,
    print_json,
    says_errors,
)


@click.command("restore")
@click.argument("backup", type=existing)
@data_option
@json_option
@says_errors
def command(backup: Path, *, data: Path | None, as_json: bool) -> None:
    """Fill an empty data folder, or what the settings name, from BACKUP.

    Everything is checked before anything is written. With other settings than those it was made
    with, a backup moves to another database, vector store or bucket. What was cut off goes on when
    it is started again.
    """
    settings = load_settings(data)
    with page_progress() as bar:
        found = restore(settings, backup, done=follow(bar, "restoring"))
    if as_json:
        print_json(found)
    else:
        out.print(f"{settings.data} has it all: {size_of(found)}", markup=False)
