"""The encoder service on a Ray cluster: as many replicas of an encoder as the load needs.

    serve run api.encoding.ray_serve:build encoder=vidore/colqwen2.5-v0.2 most=8 gpus=1

Everything else is set by `PAGESIGHT_*` variables where that is run. Each replica is the application
of `pagesight encoder`, and is asked in the same way; Serve spreads requests over them, starts and
ends replicas by how many are on their way, and refuses with 503 what it has no room for.

Pages reach an encoder in batches of so many pixels, so that what is at work on a device has a bound
whatever the sizes of pages and requests; the lanes in front of its model then let those of one
shape share a pass.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel, Field
from ray import serve
from ray.serve import Application
from starlette.applications import Starlette

from api import parts
from api.encoding.app import create_encoder_app
from api.encoding.lines import WorkLine
from api.encoding.routes import PAGE_WAIT_S, PAGES_AT_ONCE, EncoderRoutes
from api.settings import Settings
from index.encoders.service.wire import MAX_PIXELS, count_pixels
from index.encoders.shelf import EncoderChoice
from index.records import RowChoice

BATCH_PIXELS = MAX_PIXELS  # one page of the largest size, or eight of the usual one
BATCH_WAIT_S = 0.01


class Options(BaseModel):
    """What `serve run` may be told of the pool."""

    encoder: str | None = Field(None, description="PAGESIGHT_ENCODER when unset")
    rows: RowChoice | None = Field(None, description="PAGESIGHT_ROWS when unset")
    least: int = Field(1, ge=0, description="replicas without load")
    most: int = Field(1, ge=1, description="replicas under load")
    gpus: float = Field(0, ge=0, description="of a replica")
    cpus: float = Field(1, ge=0, description="of a replica")
    ongoing: int = Field(16, ge=1, description="requests of a replica at once")
    queued: int = Field(64, ge=1, description="requests that wait for a replica")


def build(options: Options) -> Application:
    """Return the service, to be run."""
    chosen = {"encoder": options.encoder, "rows": options.rows}
    settings = Settings().model_copy(
        update={name: value for name, value in chosen.items() if value} | {"encoder_url": None}
    )
    deployment = serve.deployment(
        name="encoder",
        max_ongoing_requests=options.ongoing,
        max_queued_requests=options.queued,
        ray_actor_options={"num_cpus": options.cpus, "num_gpus": options.gpus},
        autoscaling_config={
            "min_replicas": options.least,
            "max_replicas": options.most,
            "target_ongoing_requests": max(1, options.ongoing // 2),
        },
    )
    return deployment(serve.ingress()(Replica)).bind(settings)


class Replica:
    """One encoder of the pool, loaded when the replica starts.

    Args:
        settings: of the service.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shelf = parts.shelf(settings)
        self._encoder = self._shelf.open(
            *self._shelf.settle(EncoderChoice(settings.encoder, settings.rows))
        )

    def __serve_build_asgi_app__(self) -> Starlette:
        """Return the application of the replica."""
        settings, telemetry = self._settings, parts.telemetry(self._settings)
        routes = EncoderRoutes(
            self._encoder,
            telemetry.metrics,
            key=settings.encoder_key,
            n_waiting=settings.waiting,
            pages=BatchedLine(PAGES_AT_ONCE, settings.waiting, PAGE_WAIT_S),
        )
        return create_encoder_app(routes, telemetry)


class Job(NamedTuple):
    """A message, and what is done with it."""

    body: bytes
    work: Callable[[bytes], bytes]


def _pixels(jobs: Sequence[Job]) -> int:
    return sum(count_pixels(job.body) for job in jobs)


class BatchedLine(WorkLine):
    """Works on batches of so many pixels; the next one is read while one is encoded."""

    async def do(self, work: Callable[[bytes], bytes], body: bytes) -> bytes:
        """Do the work with others that came in the same moment."""
        found = await self._together(Job(body, work))
        if isinstance(found, BaseException):
            raise found
        return found

    @serve.batch(
        max_batch_size=BATCH_PIXELS,
        batch_wait_timeout_s=BATCH_WAIT_S,
        max_concurrent_batches=2,
        batch_size_fn=_pixels,
    )
    async def _together(self, jobs: list[Job]) -> list[bytes | BaseException]:
        """Return what became of each job: the fault of one is not the others'."""
        doing = (super(BatchedLine, self).do(job.work, job.body) for job in jobs)
        return await asyncio.gather(*doing, return_exceptions=True)
