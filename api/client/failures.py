"""What a server says went wrong, by its status.

    PagesightError
    ├── RemoteError             anything else, such as a server's own fault (500)
    │   ├── KeyRejected         401: no key, or one that is wrong, expired or revoked
    │   ├── ScopeMissing        403: the key may not do this
    │   ├── RemoteNotFound      404
    │   ├── RemoteConflict      409: does not fit the present state
    │   ├── RemoteTooLarge      413
    │   ├── RemoteRefusal       400, 422: not understood
    │   ├── RateLimited         429: too much at once, or a quota is used up
    │   └── RemoteUnavailable   503, 507: a part does not answer, or the disk is full
    └── JobStillRuns            job_still_runs: waited long enough

`code` is the server's own, stable code, such as `document_not_found`. A server that cannot be
reached at all is `index.errors.Unavailable`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from pydantic import TypeAdapter, ValidationError

from api.questions.bodies import HitBody
from api.schemas import Problem
from index.errors import PagesightError


@dataclass(frozen=True, slots=True)
class Told:
    """How a server answered, beside its problem.

    Attributes:
        request_id: names the request in the server's log.
        retry_after_s: seconds after which to try again, if the server says so.
        pages: that were found before a model failed to answer from them.
    """

    status: int
    request_id: str | None = None
    retry_after_s: float | None = None
    pages: Sequence[HitBody] = ()


class RemoteError(PagesightError):
    """What the server said went wrong, with its code."""

    def __init__(self, code: str, message: str, told: Told) -> None:
        super().__init__(message)
        self.code = code
        self.status = told.status
        self.request_id = told.request_id
        self.retry_after_s = told.retry_after_s
        self.pages = tuple(told.pages)


class KeyRejected(RemoteError):
    """There was no key, or it is wrong, expired or revoked."""


class ScopeMissing(RemoteError):
    """The key may not do this."""


class RemoteNotFound(RemoteError):
    """The named thing does not exist."""


class RemoteConflict(RemoteError):
    """The request does not fit the present state."""


class RemoteTooLarge(RemoteError):
    """The request or the file is too large."""


class RemoteRefusal(RemoteError):
    """The request was not understood."""


class RateLimited(RemoteError):
    """Too much was asked for at once, or a quota is used up."""


class RemoteUnavailable(RemoteError):
    """A part of the server does not answer, or has no room."""


class JobStillRuns(PagesightError):
    """A job has not ended in the time that was given."""

    code = "job_still_runs"


_BY_STATUS: dict[int, type[RemoteError]] = {
    400: RemoteRefusal,
    401: KeyRejected,
    403: ScopeMissing,
    404: RemoteNotFound,
    409: RemoteConflict,
    413: RemoteTooLarge,
    422: RemoteRefusal,
    429: RateLimited,
    503: RemoteUnavailable,
    507: RemoteUnavailable,
}
_PAGES = TypeAdapter(list[HitBody])


def failure_of(response: httpx.Response) -> RemoteError:
    """Return what a response says went wrong; the response was read."""
    kind = _BY_STATUS.get(response.status_code, RemoteError)
    try:
        problem = response.json()
        code, message, pages = problem["code"], problem["detail"], problem.get("pages", [])
        return kind(code, message, _told(response, _PAGES.validate_python(pages)))
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        message = f"HTTP {response.status_code} from {response.url}"
        return kind("http_error", message, _told(response))


def failure_in_stream(problem: Problem) -> RemoteError:
    """Return what a server says went wrong after it had begun to answer."""
    kind = _BY_STATUS.get(problem.status, RemoteError)
    return kind(problem.code, problem.detail, Told(problem.status))


def _told(response: httpx.Response, pages: Sequence[HitBody] = ()) -> Told:
    return Told(
        status=response.status_code,
        request_id=response.headers.get("x-request-id"),
        retry_after_s=_seconds(response.headers.get("retry-after")),
        pages=pages,
    )


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After header: seconds or a date (RFC 9110, section 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
