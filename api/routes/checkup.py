"""Checkups: all that is kept is looked at, and what is not as it must be is told."""

from collections.abc import AsyncGenerator, Iterator

from fastapi import APIRouter
from fastapi.concurrency import iterate_in_threadpool
from fastapi.responses import Response

from api.checkup.bodies import CheckupEvent, CheckupRequest
from api.events import Event
from api.routes.live import stream
from api.routes.shared import DeskOf, failures, needs, streamed

router = APIRouter(prefix="/checkups", tags=["checkups"])


@router.post(
    "",
    response_class=Response,
    dependencies=needs("admin"),
    responses=streamed("what is found", "checked", "finding", "done") | failures(),
)
def check_up(body: CheckupRequest, desk: DeskOf) -> Response:
    """Compare the catalog, the vectors and the blobs, as server-sent events.

    `finding` holds something that is not as it must be, `checked` how much was looked at so far.
    The last event is `done`, which holds how much that was, or `error`, which holds a problem.
    Everything is read once, while the service works on. Only who runs the service may ask: where
    there are keys, `pagesight doctor --deep` in its data folder.
    """
    return stream(_later(desk.check_up(body)))


async def _later(events: Iterator[CheckupEvent]) -> AsyncGenerator[Event]:
    """Yield the events, each of which a thread waits for."""
    async for event in iterate_in_threadpool(events):
        yield event
