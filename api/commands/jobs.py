"""`pagesight jobs`: how the indexing of documents gets on."""

from pathlib import Path
from typing import get_args

import click

from api.commands.shared import (
    data_option,
    desk_options,
    json_option,
    open_desk,
    out,
    print_json,
    says_errors,
    url_option,
)
from api.jobs.bodies import PageStatus
from api.schemas import JobBody
from index.catalog.entries import JobState


@click.group("jobs")
def command() -> None:
    """List, show, cancel and retry the indexing of documents."""


@command.command("list")
@desk_options
@click.option("--state", type=click.Choice(get_args(JobState)), help="Only jobs in this state.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option("--cursor", help="`next` of the previous page of the list.")
@json_option
@says_errors
def list_jobs(  # noqa: PLR0913  a command has its options as parameters
    *,
    data: Path | None,
    url: str | None,
    collection: str,
    state: JobState | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List the jobs of a collection, the newest first."""
    with open_desk(data, url) as desk:
        found = desk.jobs(collection, state=state, limit=limit, cursor=cursor)
    if as_json:
        print_json(found)
        return
    for job in found.jobs:
        _print_line(job)
    if found.next:
        out.print(f"more: --cursor {found.next}", style="dim")


@command.command("show")
@click.argument("job")
@data_option
@url_option
@click.option("--pages", is_flag=True, help="Tell what became of each page so far.")
@json_option
@says_errors
def show_job(job: str, *, data: Path | None, url: str | None, pages: bool, as_json: bool) -> None:
    """Show one job."""
    with open_desk(data, url) as desk:
        found = desk.job(job)
        told = desk.job_pages(job) if pages else None
    if as_json:
        print_json(found if told is None else told)
        return
    _print_line(found)
    for page in told.pages if told else ():
        _print_page(page)


@command.command("cancel")
@click.argument("job")
@data_option
@url_option
@json_option
@says_errors
def cancel_job(job: str, *, data: Path | None, url: str | None, as_json: bool) -> None:
    """End a job before it is done; a document that was searchable stays so."""
    with open_desk(data, url) as desk:
        _print(desk.cancel_job(job), as_json=as_json)


@command.command("retry")
@click.argument("job")
@data_option
@url_option
@json_option
@says_errors
def retry_job(job: str, *, data: Path | None, url: str | None, as_json: bool) -> None:
    """Begin anew what failed or was cancelled; without a server, waits until it has ended."""
    with open_desk(data, url) as desk:
        begun = desk.retry_job(job)
        desk.work()
        _print(desk.job(begun.id), as_json=as_json)


def _print(job: JobBody, *, as_json: bool) -> None:
    if as_json:
        print_json(job)
    else:
        _print_line(job)


def _print_line(job: JobBody) -> None:
    out.print(f"{job.id}  {job.state:10} {job.pages_done:5} of {job.pages_total:5} pages  ", end="")
    out.print(f"document {job.document}")
    if job.error:
        out.print(f"  {job.error.code}: {job.error.message}", markup=False, style="red")


def _print_page(page: PageStatus) -> None:
    told = f"{page.error.code}: {page.error.message}" if page.error else f"{page.n_words} words"
    out.print(f"  page {page.page:5}  {page.state:7} {told}", markup=False)
