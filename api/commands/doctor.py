"""`pagesight doctor`: what is installed, and what mends what is not."""

import sys
from pathlib import Path

import click
from pydantic import BaseModel

from api.commands.shared import (
    data_option,
    json_option,
    load_settings,
    out,
    print_json,
    says_errors,
)
from api.doctor import check_machine
from api.schemas import Probe


class DoctorReport(BaseModel):
    """Every check."""

    checks: list[Probe]


@click.command("doctor")
@data_option
@json_option
@says_errors
def command(data: Path | None, *, as_json: bool) -> None:
    """Check programs, models, stores and disk; exit code 1 when something is missing."""
    report = DoctorReport(checks=check_machine(load_settings(data)))
    if as_json:
        print_json(report)
    else:
        _print_checks(report.checks)
    if not all(check.ok for check in report.checks):
        sys.exit(1)


def _print_checks(checks: list[Probe]) -> None:
    for check in checks:
        out.print("[green]ok  [/green] " if check.ok else "[red]lack[/red] ", end="")
        out.print(f"{check.name:12} {check.detail}", markup=False)
        if check.mend:
            out.print(f"                  mend: {check.mend}", markup=False)
