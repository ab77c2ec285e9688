"""What the commands share: options, opening a desk, saying errors, printing."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from api import parts
from api.client.desk import RemoteDesk
from api.commands.audited_desk import AuditedDesk
from api.desk import Desk
from api.ownership import find_owner
from api.service import Service
from api.settings import Settings
from index.catalog.database import Database
from index.errors import InvalidRequest, PagesightError

Params = ParamSpec("Params")
Result = TypeVar("Result")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False)

KEY = "pagesight.key"
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of everything that is kept.  [default: $PAGESIGHT_DATA or ./pagesight-data]",
)


def _keep_key(context: click.Context, _: click.Parameter, key: str | None) -> None:
    """Keep the key for `open_desk`: only the connection needs it, no command does."""
    context.meta[KEY] = key


def url_option(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """Add the options that lead to a server."""
    at = click.option("--url", help="Use the server at this address instead of a folder.")
    key = click.option(
        "--key",
        expose_value=False,
        callback=_keep_key,
        help="Key for a server that asks for one.  [default: $PAGESIGHT_KEY]",
    )
    return at(key(command))


collection_option = click.option(
    "--collection", default="default", show_default=True, help="Collection of documents."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON as the REST API.")


def desk_options(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """Add the options that choose where a command works."""
    return data_option(url_option(collection_option(command)))


def says_errors(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """End with one sentence and exit code 1 when something fails on purpose."""

    @wraps(command)
    def told(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except PagesightError as error:
            err.print(f"[red]{error.code}[/red]: ", end="")
            err.print(str(error), markup=False)
            sys.exit(1)
        except ValidationError as error:
            err.print(_told(error), markup=False)
            sys.exit(2)

    return told


def _told(error: ValidationError) -> str:
    lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return f"{error.title}: {'; '.join(lines)}"


def load_settings(data: Path | None) -> Settings:
    """Return the settings, with `--data` before the environment."""
    return Settings() if data is None else Settings(data=data)


@contextmanager
def open_desk(data: Path | None, url: str | None) -> Iterator[Desk]:
    """Open the folder, or talk to the server that is named or that owns the folder."""
    desk = _choose_desk(data, url)
    with closing(desk):
        yield desk


def _choose_desk(data: Path | None, url: str | None) -> Desk:
    settings = load_settings(data)
    context = click.get_current_context(silent=True)
    key = (context.meta.get(KEY) if context else None) or settings.key
    if url is not None:
        return RemoteDesk.connect(url, key)
    owner = find_owner(settings.data) if settings.vectors == "edge" else None
    if owner is not None and owner.url is not None:
        return RemoteDesk.connect(owner.url, owner.secret)
    return AuditedDesk(Service.build(settings))


@contextmanager
def open_database(data: Path | None) -> Iterator[Database]:
    """Open the catalog alone: a server may own the rest of the folder."""
    with closing(parts.database(load_settings(data))) as database:
        yield database


def page_progress() -> Progress:
    """Return a progress bar that counts pages."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


def print_json(body: BaseModel) -> None:
    """Print a body as JSON."""
    click.echo(json.dumps(body.model_dump(mode="json"), ensure_ascii=False, indent=2))


def parse_metadata(pairs: tuple[str, ...]) -> dict[str, object]:
    """Read `field=value` pairs; values that are JSON numbers, true, false or null count as such.

    Raises:
        InvalidRequest: a pair has no equals sign.
    """
    found: dict[str, object] = {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals or not field:
            raise InvalidRequest(f"expected field=value, got {pair!r}")
        found[field] = _plain_value(value)
    return found


def _plain_value(text: str) -> object:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, int | float | bool | None) else text
