"""Errors as RFC 9457 problems: one table of statuses, one handler for every failure."""

import logging
from math import ceil

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api.bodies import hit_bodies
from api.questions.answering import AnswerUnavailable
from api.questions.bodies import HitBody
from api.schemas import Problem
from api.telemetry.logs import REQUEST_ID
from index import errors
from index.descriptors import exhaustion, is_exhaustion

logger = logging.getLogger(__name__)

STATUS: dict[type[errors.PagesightError], int] = {
    errors.PagesightError: 500,
    errors.DocumentRejected: 422,
    errors.TooLarge: 413,
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Limited: 429,
    errors.InvalidRequest: 422,
    errors.FetchingOff: 403,
    errors.Conflict: 409,
    errors.ManifestMismatch: 409,
    errors.BackupDamaged: 500,
    errors.BackupMismatch: 409,
    errors.ModelRejected: 500,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
    errors.FetchFailed: 502,
    errors.FetchTimeout: 504,
    errors.MissingDependency: 503,
}
RETRY_AFTER_S = {503: "5", 507: "60"}


class AnswerProblem(Problem):
    """A problem of the model that was to answer, with the pages that were found."""

    pages: list[HitBody]


def status_of(error: type[errors.PagesightError]) -> int:
    """Return the status of an error class: its own, or that of its nearest base."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def install(app: Starlette) -> None:
    """Answer every failure of `app` with a problem."""
    app.add_exception_handler(errors.PagesightError, _on_pagesight_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(OSError, _on_system_error)
    app.add_exception_handler(Exception, _on_unexpected)


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """Return a problem as a response."""
    return answered(_problem(status, code, detail))


def problem_of(error: errors.PagesightError) -> Problem:
    """Return what is told of an error; the pages found, too, when only the model fails."""
    told = told_of(type(error), str(error))
    if isinstance(error, AnswerUnavailable):
        return AnswerProblem(**dict(told), pages=hit_bodies(error.found))
    return told


def told_of(error: type[errors.PagesightError], detail: str) -> Problem:
    """Return the problem that an error of a class is, with this detail."""
    return _problem(status_of(error), error.code, detail)


def response_of(error: errors.PagesightError) -> JSONResponse:
    """Return an error as a response."""
    response = answered(problem_of(error))
    if isinstance(error, errors.Limited):
        response.headers["Retry-After"] = str(ceil(error.retry_after_s))
    if isinstance(error, errors.Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_of_any(error: Exception, event: str) -> Problem:
    """Return what is told of any failure; the log has an event for one that nobody thought of."""
    if isinstance(error, errors.PagesightError):
        return problem_of(error)
    if not is_exhaustion(error):
        logger.error(event, exc_info=error)
    return unexpected(error)


def unexpected(error: Exception | None = None) -> Problem:
    """Return what is told of a failure that nobody thought of; of descriptors, that they ran out.

    Nothing else of the failure is told.
    """
    if error is not None and is_exhaustion(error):
        return problem_of(exhaustion())
    return _problem(500, "internal_error", "an unexpected error; the server's log has it")


def answered(told: Problem) -> JSONResponse:
    """Return the response that a problem is."""
    headers = {"X-Request-ID": told.request_id} if told.request_id else {}
    if told.status in RETRY_AFTER_S:
        headers["Retry-After"] = RETRY_AFTER_S[told.status]
    return JSONResponse(
        told.model_dump(), told.status, headers=headers, media_type="application/problem+json"
    )


def _problem(status: int, code: str, detail: str) -> Problem:
    return Problem(
        type=f"urn:pagesight:{code}",
        title=code.replace("_", " "),
        status=status,
        detail=detail,
        code=code,
        request_id=REQUEST_ID.get(),
    )


class DeclaredSize:
    """Refuses a body that says it is too long, before any of it is read.

    Args:
        app: what answers the others.
        max_bytes: length of a body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        declared = Headers(scope=scope).get("content-length", "") if "headers" in scope else ""
        if declared.isdecimal() and int(declared) > self._max_bytes:
            told = f"the request has {declared} bytes, the limit is {self._max_bytes}"
            await problem(413, errors.TooLarge.code, told)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _on_pagesight_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, errors.PagesightError):
        raise error
    return response_of(error)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return problem(422, "invalid_request", told)


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 400:  # a body that is no JSON or no form: as one of the wrong shape
        return problem(422, errors.InvalidRequest.code, error.detail)
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    told = problem(error.status_code, codes.get(error.status_code, "http_error"), error.detail)
    told.headers.update(error.headers or {})
    return told


async def _on_system_error(_: Request, error: Exception) -> JSONResponse:
    if not is_exhaustion(error):
        raise error
    return response_of(exhaustion())


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    if is_exhaustion(error):
        return response_of(exhaustion())
    logger.error("request failed", exc_info=error, extra={"method": request.method})
    return answered(unexpected())
