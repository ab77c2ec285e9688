"""`pagesight audit`: who changed what, and whether the log is as it was written."""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import click

from api.audit.bodies import AuditLine, AuditList, audit_line, audit_verdict
from api.commands.shared import (
    data_option,
    json_option,
    open_database,
    out,
    print_json,
    says_errors,
)
from index.catalog.audit import READ_LINES, AuditLog
from index.catalog.lines import Verdict

DIGEST = r"[0-9a-f]{64}"


@click.group("audit")
def command() -> None:
    """List and verify the log of what was changed.

    Every request that changes something has a line, and so has every command; each line holds the
    digest of the one before.
    """


@command.command("list")
@data_option
@click.option("--tenant", help="Whose lines.  [default: everybody's]")
@click.option("--since", type=click.DateTime(), help="Only lines from then on (UTC).")
@click.option("--after", default=0, help="Only lines behind this number.")
@click.option("--limit", type=click.IntRange(1), help="How many.  [default: all]")
@click.option("--lines", "as_lines", is_flag=True, help="Print a JSON object a line, to keep.")
@json_option
@says_errors
def list_lines(  # noqa: PLR0913  a command has its options as parameters
    *,
    data: Path | None,
    tenant: str | None,
    since: datetime | None,
    after: int,
    limit: int | None,
    as_lines: bool,
    as_json: bool,
) -> None:
    """List the lines, the oldest first."""
    since = since.replace(tzinfo=UTC) if since else None
    with open_database(data) as database:
        log = AuditLog(database.engine)
        found: list[AuditLine] = []
        for n_left in count(limit or sys.maxsize, -READ_LINES):
            some = log.lines(
                after=after, limit=min(max(n_left, 0), READ_LINES), tenant=tenant, since=since
            )
            found += [audit_line(line) for line in some]
            if len(some) < READ_LINES:
                break
            after = some[-1].number
    if as_json:
        print_json(AuditList(lines=found, next=None))
        return
    for line in found:
        click.echo(line.model_dump_json() if as_lines else _told(line))


@command.command("verify")
@data_option
@click.option("--head", metavar="DIGEST", help="A digest that was kept; the log must hold it.")
@json_option
@says_errors
def verify(*, data: Path | None, head: str | None, as_json: bool) -> None:
    """Walk along the log; name the first line that was changed, removed or put in."""
    with open_database(data) as database:
        found = AuditLog(database.engine).verify(head)
    if as_json:
        print_json(audit_verdict(found))
    else:
        out.print(_verdict(found), markup=False)
    sys.exit(0 if found.is_whole else 1)


def _verdict(found: Verdict) -> str:
    if not found.is_whole:
        return f"broken at line {found.broken_at}: {found.reason}"
    return f"whole: {found.n_lines} lines\nhead: {found.head}\nkeep the head elsewhere: " + (
        "only who has it can tell that lines were cut off at the end"
    )


def _told(line: AuditLine) -> str:
    about = " ".join(f"{k}={v}" for k, v in sorted(line.about.items()) if not isinstance(v, list))
    n_erased = len(line.about.get("erased", []))
    erased = f" erased={n_erased}" if "erased" in line.about else ""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{line.number:6} {at} {line.who:16} {line.action:18} {line.result:10} {about}{erased}"
