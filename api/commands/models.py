"""`pagesight models`: the encoders that a collection can be built with."""

from pathlib import Path

import click
from rich.table import Table

from api import parts
from api.commands.shared import data_option, load_settings, out, says_errors
from api.process import prepare_process
from index.encoders.registry import MODELS, VisualModel
from index.encoders.shelf import SHIPPED, EncoderChoice
from index.records import RowChoice


@click.group("models")
def command() -> None:
    """List and check the encoders that a collection can be built with."""


@command.command("list")
def list_models() -> None:
    """List the encoder that ships and the registered visual models."""
    table = Table(box=None)
    for heading in ("name", "rows", "dim", "a page", "for", "licence", "machine"):
        table.add_column(heading, no_wrap=True)
    table.add_row(SHIPPED, "text", "192", "300", "en", "Apache-2.0", "cpu, 90 MiB")
    for model in MODELS:
        table.add_row(*_told(model))
    out.print(table)
    told = "All but the first need the extra [colpali], and PAGESIGHT_HUB=true to be fetched."
    out.print(told, markup=False)


@command.command("check")
@click.argument("name")
@click.option("--rows", type=click.Choice(["patch", "text", "fused"]), help="Rows to open it with.")
@data_option
@says_errors
def check(name: str, *, rows: RowChoice | None, data: Path | None) -> None:
    """Load the model NAME, or the folder NAME, and prove that it is what it must be."""
    settings = load_settings(data).model_copy(update={"encoder": name, "rows": rows})
    prepare_process(settings)
    shelf = parts.shelf(settings)
    opened = shelf.open(*shelf.settle(EncoderChoice(name, rows)))
    pin = opened.pin
    out.print(f"{pin.name} {pin.revision}: {opened.rows} rows of {pin.dim} values", markup=False)
    for file, digest in pin.sha256:
        out.print(f"  {digest}  {file}", markup=False, style="dim")


def _told(model: VisualModel) -> tuple[str, ...]:
    rows = "patch text fused" if model.text_tower else "patch"
    machine = f"{model.tier}, {model.memory_bytes >> 20} MiB"
    languages = " ".join(model.languages)
    figures = (str(model.dim), str(model.rows_per_page))
    return (model.name, rows, *figures, languages, model.licence, machine)
