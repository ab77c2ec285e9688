"""The web page: its files as they are, under a policy that lets nothing else run."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "web"
POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
# A report brings its style with it. It is put into a frame of its own, in which nothing runs.
FRAME: Final = "report.html"
FRAME_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "Cache-Control": "no-cache",  # kept, and asked for again by its ETag: 304 while it is the same
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class WebFiles(StaticFiles):
    """Serves the files of the page, with the headers that keep strangers' text from acting."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return one file, or 304 where the caller has it."""
        response = await super().get_response(path, scope)
        policy = FRAME_POLICY if path == FRAME else POLICY
        response.headers.update({**HEADERS, "Content-Security-Policy": policy})
        return response


files = WebFiles(directory=FOLDER)
router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    """Return the page itself."""
    return await files.get_response("index.html", request.scope)
