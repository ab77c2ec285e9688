"""What the blocking and the asynchronous client have in common: how a server is spoken to."""

from typing import Protocol, TypedDict

import httpx

from api.client.call import Call, Stream
from api.client.failures import JobStillRuns
from api.schemas import JobBody
from index.errors import InvalidRequest

CONNECT_S = 10
ENDED = ("done", "failed", "cancelled")


class Listed(Protocol):
    """One page of a list."""

    @property
    def next(self) -> str | None:
        """Where the following page begins."""


class Options(TypedDict):
    """What either of httpx's clients is made with."""

    base_url: str
    headers: dict[str, str]
    timeout: httpx.Timeout


def options(url: str, key: str | None, timeout_s: float) -> Options:
    """Return how to connect to a server.

    Raises:
        InvalidRequest: no header can hold the key.
    """
    if key and not (key.isascii() and key.isprintable()):
        raise InvalidRequest("a key is printable ASCII, and this one is not")
    return Options(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
    )


def headers_of(request: Call[object] | Stream[object], once: str) -> dict[str, str]:
    """Return a request's own headers.

    Args:
        request: what is sent.
        once: names what it makes, the same in every try of it.
    """
    if isinstance(request, Stream):
        content_type = {"Content-Type": "application/json"} if request.content else {}
        return {**request.headers, **content_type}
    headers = {"Content-Type": request.content_type} if request.content is not None else {}
    if request.makes:
        headers["Idempotency-Key"] = f'"{once}"'  # a string of RFC 8941, as the draft wants it
    return headers


def still_runs(job: JobBody, timeout_s: float) -> JobStillRuns:
    """Say that a job has not ended in time."""
    pages = f"{job.pages_done} of {job.pages_total} pages"
    return JobStillRuns(f"job {job.id} is {job.state} after {timeout_s:g} s, {pages} done")
