"""Requests that are done once, however often they come: the header `Idempotency-Key`.

The dependency `Once` claims the key before a route's work begins; `OnceRoute` keeps what the route
answered. Only what succeeded is kept: what failed made nothing, and its key may try again.
"""

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile

from api.callers.access import Access
from index.catalog.receipts import Claim, Receipt, Receipts
from index.errors import IdempotencyKeyReused, RequestInProgress

READ_BYTES = 1 << 20
REPLAYED = "Idempotent-Replayed"
REFUSED_KEYS = (RequestInProgress, IdempotencyKeyReused)
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description="the same key with the same request again gets the first answer, for 24 hours",
        examples=["9f7d0f5c-upload-dams"],
    ),
]


class Replay(Exception):
    """The request was answered before; carries what was answered."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.status)
        self.receipt = receipt


async def _owner(request: Request) -> str:
    """Whose keys these are: each API key has its own."""
    access: Access = request.state.access
    return access.key_id


async def _claim(request: Request, owner: Annotated[str, Depends(_owner)], key: Key = None) -> None:
    """Claim the key of a request, where it has one.

    Raises:
        Replay: the request was answered before.
        IdempotencyKeyReused: the key came with another request before.
        RequestInProgress: the same request is being worked on.
    """
    if key is None:
        return
    claim = Claim(owner, key, await _fingerprint(request))
    found = await run_in_threadpool(_receipts(request).begin, claim)
    if found is not None:
        raise Replay(found)
    request.state.claim = claim


Once = Annotated[None, Depends(_claim)]


class OnceRoute(APIRoute):
    """A route that keeps its answers to requests whose key was claimed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answer_once(request: Request) -> Response:
            try:
                response = await answer(request)
            except Replay as known:
                return _replayed(known.receipt)
            except BaseException:
                await _give_up(request)
                raise
            await _keep(request, response)
            return response

        return answer_once


async def _give_up(request: Request) -> None:
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is not None:
        await run_in_threadpool(_receipts(request).give_up, claim)


async def _keep(request: Request, response: Response) -> None:
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is not None:
        media_type = response.headers.get("content-type", "")
        receipt = Receipt(response.status_code, media_type, bytes(response.body))
        await run_in_threadpool(_receipts(request).finish, claim, receipt)


def _replayed(receipt: Receipt) -> Response:
    headers = {"content-type": receipt.media_type, REPLAYED: "true"}
    return Response(receipt.body, receipt.status, headers=headers)


def _receipts(request: Request) -> Receipts:
    found: Receipts = request.app.state.service.receipts
    return found


async def _fingerprint(request: Request) -> str:
    """Return a hash of method, path and body; of a form's files it is the content that counts."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/"):
        for name, value in (await request.form()).multi_items():
            told = await _told(value)
            digest.update(json.dumps([name, *told]).encode())
    else:
        digest.update(await request.body())
    return digest.hexdigest()


async def _told(value: UploadFile | str) -> list[str | None]:
    if isinstance(value, str):
        return [value]
    return ["file", value.filename, await run_in_threadpool(_content_hash, value)]


def _content_hash(file: UploadFile) -> str:
    """Hash a file where it lies, and wind it back."""
    digest = hashlib.sha256()
    while chunk := file.file.read(READ_BYTES):
        digest.update(chunk)
    file.file.seek(0)
    return digest.hexdigest()
