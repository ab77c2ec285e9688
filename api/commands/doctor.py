"""`pagesight doctor`: what is installed and what mends what is not, and whether all is there."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from api.checkup.bodies import Checked, CheckupEvent, CheckupReport, CheckupRequest, Finding
from api.checkup.doctor import check_machine
from api.commands.shared import (
    data_option,
    err,
    json_option,
    load_settings,
    open_desk,
    out,
    print_json,
    says_errors,
    url_option,
)
from api.schemas import Probe


class DoctorReport(BaseModel):
    """Every check, and the checkup where one was asked for."""

    checks: list[Probe]
    checkup: CheckupReport | None

    @property
    def is_well(self) -> bool:
        """Whether nothing lacks and nothing was found."""
        found = self.checkup is not None and self.checkup.findings
        return all(check.ok for check in self.checks) and not found


@click.command("doctor")
@data_option
@url_option
@click.option("--deep", is_flag=True, help="Look at everything that is kept, byte by byte.")
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    help="With --deep: seconds that what nobody refers to or works on is let alone.  "
    "[default: 3600]",
)
@json_option
@says_errors
def command(
    *, data: Path | None, url: str | None, deep: bool, grace: float | None, as_json: bool
) -> None:
    """Check programs, models, stores and disk; exit code 1 when something is missing.

    With --deep also everything that is kept, while the service works: every page of every document
    in the catalog, in the vectors and among the bytes, and what is there and belongs to nobody.
    """
    if grace is not None and not deep:
        raise click.UsageError("--grace goes with --deep")
    checks = check_machine(load_settings(data))
    if not as_json:
        _print_checks(checks)
    wanted = CheckupRequest() if grace is None else CheckupRequest(grace_s=grace)
    checkup = _check_up(data, url, wanted, quiet=as_json) if deep else None
    report = DoctorReport(checks=checks, checkup=checkup)
    if as_json:
        print_json(report)
    if not report.is_well:
        sys.exit(1)


def _print_checks(checks: list[Probe]) -> None:
    for check in checks:
        out.print("[green]ok  [/green] " if check.ok else "[red]lack[/red] ", end="")
        out.print(f"{check.name:12} {check.detail}", markup=False)
        if check.mend:
            out.print(f"                  mend: {check.mend}", markup=False)


def _check_up(
    data: Path | None, url: str | None, wanted: CheckupRequest, *, quiet: bool
) -> CheckupReport:
    findings, checked = [], Checked()
    with open_desk(data, url) as desk:
        for event in _shown(desk.check_up(wanted)):
            if isinstance(event.body, Checked):
                checked = event.body
                continue
            findings.append(event.body)
            if not quiet:
                _print_finding(event.body)
    if not quiet:
        told = f"{len(findings)} findings" if findings else "all is as it must be"
        out.print(f"{_told(checked)}: {told}")
    return CheckupReport(checked=checked, findings=findings)


def _shown(events: Iterator[CheckupEvent]) -> Iterator[CheckupEvent]:
    """Yield the events beside a line that tells how far they are."""
    with err.status("looking at everything that is kept") as line:
        for event in events:
            if isinstance(event.body, Checked):
                line.update(_told(event.body))
            yield event


def _told(checked: Checked) -> str:
    return (
        f"looked at {checked.collections} collections, {checked.documents} documents, "
        f"{checked.pages} pages, {checked.blobs} blobs"
    )


def _print_finding(finding: Finding) -> None:
    page = f"page {finding.page}" if finding.page else None
    where = ", ".join(one for one in (finding.collection, finding.document, page) if one)
    out.print(f"[red]{finding.kind:16}[/red] ", end="")
    out.print(f"{where}: {finding.detail}" if where else finding.detail, markup=False)
    out.print(f"                 mend: {finding.mend}", markup=False)
