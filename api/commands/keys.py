"""`pagesight keys`: who may use the service."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import click
from rich.table import Table

from api.commands.shared import (
    data_option,
    json_option,
    load_settings,
    out,
    print_json,
    says_errors,
)
from api.key_bodies import KeyBody, KeyList, issued_body, key_body, spending_body
from index.backup.restorer import check_restored
from index.catalog.accounts import DEFAULT_TENANT, SCOPES, KeyLimits, NewKey, Scope
from index.catalog.database import Database
from index.catalog.keys import Keys
from index.catalog.spending import Spending

tenant_option = click.option("--tenant", help="Whose keys.  [default: everybody's]")


@click.group("keys")
def command() -> None:
    """Make, list and revoke keys.

    While no key was ever made, whoever reaches the service may do everything. From the first one
    on every request needs a key; this command line, which reads the data folder, does not.
    """


@command.command("create")
@click.argument("name")
@data_option
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose key it is.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(get_args(Scope)),
    help="What it may do; give it again for more.  [default: all]",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="How long it works.  [default: for ever]"
)
@click.option("--requests-per-minute", type=click.IntRange(1), help="How often it may ask.")
@click.option("--pages-per-day", type=click.IntRange(1), help="Pages that it may have indexed.")
@click.option("--tokens-per-day", type=click.IntRange(1), help="Tokens of a model.")
@json_option
@says_errors
def create_key(
    name: str,
    *,
    data: Path | None,
    tenant: str,
    scopes: tuple[Scope, ...],
    days: int | None,
    as_json: bool,
    **limits: int | None,
) -> None:
    """Make a key; what its holder sends is printed once."""
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    wanted = NewKey(name, tenant, frozenset(scopes) or SCOPES, KeyLimits(**limits), expires_at)
    with _keys(data) as keys:
        key, token = keys.issue(wanted)
    if as_json:
        print_json(issued_body(key, token))
        return
    _print_line(key_body(key))
    out.print(f"send it as `Authorization: Bearer {token}`; it is not shown again", markup=False)


@command.command("list")
@data_option
@tenant_option
@json_option
@says_errors
def list_keys(*, data: Path | None, tenant: str | None, as_json: bool) -> None:
    """List the keys, those that ended, too."""
    with _keys(data) as keys:
        found = KeyList(keys=[key_body(key) for key in keys.list(tenant)])
    if as_json:
        print_json(found)
        return
    for key in found.keys:
        _print_line(key)


@command.command("revoke")
@click.argument("key")
@data_option
@says_errors
def revoke_key(key: str, *, data: Path | None) -> None:
    """End a key; every process refuses it from now on."""
    with _keys(data) as keys:
        keys.revoke(key, datetime.now(UTC))
    out.print(f"revoked {key}")


@command.command("spending")
@data_option
@tenant_option
@click.option("--days", default=31, show_default=True, type=click.IntRange(1, 3660))
@json_option
@says_errors
def list_spending(*, data: Path | None, tenant: str | None, days: int, as_json: bool) -> None:
    """List what every key used up, day by day (UTC)."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    with _database(data) as database:
        found = spending_body(Spending(database.engine).since(first, tenant=tenant))
    if as_json:
        print_json(found)
        return
    titles = ("day", "tenant", "key", "questions", "pages", "tokens read", "written", "cost")
    table = Table(*titles, box=None)
    for day in found.days:
        amounts = (day.questions, day.pages, day.input_tokens, day.output_tokens)
        numbers = (f"{amount:,}" for amount in amounts)
        table.add_row(str(day.day), day.tenant, day.key, *numbers, f"{day.cost:.4f}")
    out.print(table)


@contextmanager
def _database(data: Path | None) -> Iterator[Database]:
    """Open the catalog alone: a server may own the rest of the folder."""
    settings = load_settings(data)
    check_restored(settings.data)
    database = Database.open(settings.database_url, folder=settings.data / "postgres")
    with closing(database):
        yield database


@contextmanager
def _keys(data: Path | None) -> Iterator[Keys]:
    with _database(data) as database:
        yield Keys(database.engine)


def _print_line(key: KeyBody) -> None:
    limits = [f"{name.replace('_', ' ')} {most}" for name, most in key.limits if most is not None]
    told = [
        f"{key.id}  {key.tenant:12}",
        f"{_state(key):8}",
        key.name,
        " ".join(key.scopes),
        *limits,
    ]
    out.print("  ".join(told), markup=False)


def _state(key: KeyBody) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return "expired"
    return "good"
