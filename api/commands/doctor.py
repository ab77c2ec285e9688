"""`pagesight doctor`: what is installed and what mends what is not, and whether all is there."""

import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import click
from pydantic import BaseModel

from api.checkup.bodies import (
    Checked,
    CheckupEvent,
    CheckupReport,
    CheckupRequest,
    Finding,
    Mended,
)
from api.checkup.doctor import check_machine
from api.commands.mending import Mender
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
from api.desk import Desk, LocalDesk
from api.schemas import Probe
from index.errors import DataFolderBusy


class DoctorReport(BaseModel):
    """Every check, and the checkup where one was asked for; what was mended came before it."""

    checks: list[Probe]
    checkup: CheckupReport | None
    mended: list[Mended]

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
@click.option(
    "--mend",
    is_flag=True,
    help="With --deep: mend what can be mended without loss, and look again.",
)
@json_option
@says_errors
def command(
    *,
    data: Path | None,
    url: str | None,
    deep: bool,
    grace: float | None,
    mend: bool,
    as_json: bool,
) -> None:
    """Check programs, models, stores and disk; exit code 1 when something is missing.

    With --deep also everything that is kept, while the service works: every page of every document
    in the catalog, in the vectors and among the bytes, and what is there and belongs to nobody.
    With --mend, which wants no server on the folder, indexes that lack something are made anew and
    bytes of nobody removed; what might cost something that is kept is left, and said.
    """
    if (grace is not None or mend) and not deep:
        raise click.UsageError("--grace and --mend go with --deep")
    checks = check_machine(load_settings(data))
    if not as_json:
        _print_checks(checks)
    wanted = CheckupRequest() if grace is None else CheckupRequest(grace_s=grace)
    checkup, mended = None, []
    if deep:
        with open_desk(data, url) as desk:
            mender = _mender(desk, wanted) if mend else None
            checkup = _check_up(desk, wanted, quiet=as_json)
            if mender is not None and checkup.findings:
                mended = mender.mend(checkup.findings)
                _print_mended(() if as_json else mended)
                checkup = _check_up(desk, wanted, quiet=as_json)
    report = DoctorReport(checks=checks, checkup=checkup, mended=mended)
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


def _check_up(desk: Desk, wanted: CheckupRequest, *, quiet: bool) -> CheckupReport:
    findings, checked = [], Checked()
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


def _mender(desk: Desk, wanted: CheckupRequest) -> Mender:
    """Return what mends.

    Raises:
        DataFolderBusy: a server has the folder, and would have its indexes exchanged.
    """
    if not isinstance(desk, LocalDesk):
        raise DataFolderBusy("a server has this folder, and goes on with it; stop it to mend")
    return Mender(desk, grace=timedelta(seconds=wanted.grace_s))


def _print_mended(mended: Iterable[Mended]) -> None:
    for one in mended:
        colour = "green" if one.is_mended else "yellow"
        out.print(f"[{colour}]{one.finding.kind:16}[/{colour}] ", end="")
        out.print(f"{one.finding.detail}: {one.done}", markup=False)


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
