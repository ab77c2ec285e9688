"""What the commands of `pagesight eval` share: where a data set is and how it is opened."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from api.commands.shared import load_settings
from api.process import prepare_process
from eval.datasets.base import EvalSet
from eval.datasets.opening import open_set

Params = ParamSpec("Params")
Result = TypeVar("Result")

language_option = click.option(
    "--language", help="Only the questions in this language, as the set names it (parquet sets)."
)


def set_argument(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """Add the data set: a folder, a file, or a name on the hub."""
    return language_option(click.argument("data_set", metavar="SET")(command))


def open_data_set(source: str, *, data: Path | None, language: str | None) -> EvalSet:
    """Open a data set; page images that are taken out of its rows go to the data folder.

    Raises:
        InvalidRequest: nothing there is a data set, or it is not usable.
        MissingDependency: the extra that reads it is not installed.
        Unavailable: the hub does not send it.
    """
    settings = load_settings(data)
    prepare_process(settings)
    work = settings.data / "eval"
    return open_set(source, work=work, language=language, allow_network=settings.hub)


def collection_name(purpose: str, name: str) -> str:
    """Return the name of a collection for a purpose and a set or folder of some name."""
    return re.sub(r"[^a-z0-9_-]+", "-", f"{purpose}-{name}".lower())[:63]
