"""One call to one server of an encoder service, and what its failures mean."""

import httpx
from pydantic import BaseModel, ValidationError

from index.encoders.service.wire import Described
from index.errors import (
    EncoderOutOfMemory,
    EncoderUnavailable,
    InvalidRequest,
    ManifestMismatch,
    ModelRejected,
    PagesightError,
)

CONNECT_S = 3.0
FAILED_S = 1.0  # a server that did not answer is left alone for so long
OTHER_MODEL_S = 600.0  # one with another model likewise: it will have it for a while
MOST_S = 10.0  # a server that asks for more is asked again earlier
SHOWN = 300  # characters of what a server says
DESCRIPTION = "/encoder"
CAUSES: dict[str, type[PagesightError]] = {
    error.code: error for error in (InvalidRequest, ModelRejected, EncoderOutOfMemory)
}


class NotNow(Exception):
    """What a server does not do now, another one may, or the same one later.

    Attributes:
        why: what to tell where no other server does it.
        rest_s: how long to leave the server alone.
    """

    def __init__(self, why: PagesightError, rest_s: float) -> None:
        super().__init__(str(why))
        self.why = why
        self.rest_s = rest_s


class _Problem(BaseModel):
    code: str = ""
    detail: str = ""


def describe(client: httpx.Client, url: str, *, timeout_s: float) -> Described:
    """Return what a server says of its encoder.

    Raises:
        EncoderUnavailable: it refuses the key, or is no encoder service of this version.
        NotNow: it does not answer.
    """
    body = _answer(
        client, client.build_request("GET", url + DESCRIPTION, timeout=_waits(timeout_s))
    )
    try:
        return Described.model_validate_json(body)
    except ValidationError as error:
        raise EncoderUnavailable(f"{url} is no encoder service of this version") from error


def encode(client: httpx.Client, url: str, body: bytes, *, tag: str, timeout_s: float) -> bytes:
    """Return the rows of what a message holds, by the encoder that is tagged so.

    Raises:
        EncoderOutOfMemory: a page or question alone does not fit there.
        EncoderUnavailable: it refuses the key.
        InvalidRequest: the message is at fault.
        ModelRejected: the encoder's rows are not usable.
        NotNow: it does not answer, has no room, or has another encoder.
    """
    asked = client.build_request(
        "POST", url, content=body, headers={"If-Match": tag}, timeout=_waits(timeout_s)
    )
    return _answer(client, asked)


def _waits(timeout_s: float) -> httpx.Timeout:
    return httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S))


def _answer(client: httpx.Client, asked: httpx.Request) -> bytes:
    if client.is_closed:
        raise EncoderUnavailable("the encoder was closed")
    try:
        response = client.send(asked)
    except httpx.TimeoutException as error:
        why = EncoderUnavailable(f"{asked.url} did not answer in time")
        raise NotNow(why, FAILED_S) from error
    except httpx.HTTPError as error:
        why = EncoderUnavailable(f"{asked.url} cannot be reached: {error}")
        raise NotNow(why, FAILED_S) from error
    if response.is_success:
        return response.content
    raise _refusal(response)


def _refusal(response: httpx.Response) -> NotNow | PagesightError:
    """Return what a failure means."""
    told = _problem(response)
    said = f"{response.url} answered {response.status_code} {told.detail[:SHOWN]}"
    if told.code == ManifestMismatch.code:
        return NotNow(ManifestMismatch(said), OTHER_MODEL_S)
    if told.code in CAUSES:
        return CAUSES[told.code](told.detail)
    if response.status_code in (401, 403):
        return EncoderUnavailable(f"{said}; set PAGESIGHT_ENCODER_KEY to the service's key")
    return NotNow(EncoderUnavailable(said), _rest_s(response))


def _problem(response: httpx.Response) -> _Problem:
    try:
        return _Problem.model_validate_json(response.content)
    except ValidationError:
        return _Problem(detail=response.text)


def _rest_s(response: httpx.Response) -> float:
    told = response.headers.get("retry-after", "")
    return min(float(told), MOST_S) if told.isdecimal() else FAILED_S
