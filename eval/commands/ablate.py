"""`pagesight eval ablate`: what each part of the service is worth."""

from collections.abc import Mapping
from pathlib import Path

import click
from rich.table import Table

from api.commands.shared import data_option, err, load_settings, out, says_errors
from eval.ablations import ablate, chosen, variants
from eval.commands.shared import open_data_set, set_argument
from eval.record import RunRecord
from eval.reports.ablations import COLUMNS, ablation_rows, markdown_ablations

SHOWN = (0, 1, 2, 5)  # of the columns, as a terminal is narrow
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("ablate")
@set_argument
@data_option
@click.option("--only", default="", help="Groups, separated by commas.  [default: all]")
@click.option("--encoder", help="A visual model, to compare its rows.")
@click.option("--json", "json_folder", type=FOLDER, help="Write the record of every run here.")
@click.option("--markdown", "markdown_file", type=FILE, help="Write the table.")
@says_errors
def command(  # noqa: PLR0913  a command has its options as parameters
    data_set: str,
    *,
    language: str | None,
    data: Path | None,
    only: str,
    encoder: str | None,
    json_folder: Path | None,
    markdown_file: Path | None,
) -> None:
    """Ask SET's questions again and again with one thing changed at a time.

    Groups: arms, K, pooling, quantization, words, pixels; rows with --encoder; answers where a
    model is configured. Those of words, pixels and rows index the documents anew.
    """
    settings, opened = load_settings(data), open_data_set(data_set, data=data, language=language)
    some = chosen(variants(settings, encoder=encoder), [one for one in only.split(",") if one])
    records = ablate(opened, settings, some, lambda name: err.print(f"{name} …"))
    _print(records)
    if json_folder is not None:
        _write(json_folder, records)
    if markdown_file is not None:
        markdown_file.write_text(markdown_ablations(records), encoding="utf-8")


def _print(records: Mapping[str, RunRecord]) -> None:
    table = Table(box=None)
    for place in SHOWN:
        table.add_column(COLUMNS[place], no_wrap=True)
    for row in ablation_rows(records):
        table.add_row(*(row[place].replace("[", "\\[") for place in SHOWN))
    out.print(table)


def _write(folder: Path, records: Mapping[str, RunRecord]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, record in enumerate(records.values()):
        record.write(folder / f"{number:02}.json")
