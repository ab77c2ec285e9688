"""`pagesight keys`: who may use the service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import click
from rich.table import Table

from api.audit.deeds import LOCAL
from api.callers.bodies import KeyBody, KeyList, issued_body, key_body, spending_body
from api.commands.shared import (
    data_option,
    json_option,
    open_database,
    out,
    print_json,
    says_errors,
)
from index.catalog.accounts import DEFAULT_TENANT, SCOPES, Key, KeyLimits, NewKey, Scope
from index.catalog.audit import AuditLog
from index.catalog.database import Database
from index.catalog.keys import Keys
from index.catalog.lines import Deed
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
    with open_database(data) as database:
        key, token = Keys(database.engine).issue(wanted)
        _note(database, "key.create", key)
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
    with open_database(data) as database:
        listed = Keys(database.engine).list(tenant)
    found = KeyList(keys=[key_body(key) for key in listed])
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
    with open_database(data) as database:
        revoked = Keys(database.engine).revoke(key, datetime.now(UTC))
        _note(database, "key.revoke", revoked)
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
    with open_database(data) as database:
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


def _note(database: Database, action: str, key: Key) -> None:
    deed = Deed(action, LOCAL, key.tenant, about={"key": key.id})
    AuditLog(database.engine).append(deed)


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
